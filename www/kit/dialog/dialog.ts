import { css, html, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';

/**
 * A dialog before an inert page. The browser keeps the focus in it, closes it by Escape, and gives the focus back to where it was; what
 * has the attribute `autofocus` has it first. `close` is told when it is closed, however that came about.
 */
@customElement('tinyai-dialog')
export class Dialog extends KitElement {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(var(--tinyai-dialog-width, 42em), calc(100vw - 2 * var(--space-3)));
        max-height: calc(100dvh - 2 * var(--space-3));
        padding: 0;
        border: 1px solid var(--rule-strong);
        border-radius: var(--corner);
        background: var(--paper);
        color: var(--ink);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      header {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        gap: var(--space-3);
        align-items: baseline;
        justify-content: space-between;
        padding: var(--space-3) var(--space-4);
        border-bottom: 1px solid var(--rule);
        background: var(--paper);
      }

      h2 {
        font-family: var(--heading);
        font-size: var(--size-heading);
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      header button {
        flex: none;
        padding: 0 var(--space-1);
        color: var(--ink-2);
        font-size: calc(1.3 * var(--unit));
        line-height: 1;
      }

      header button:hover {
        color: var(--seal-ink);
      }

      .content {
        padding: var(--space-3) var(--space-4) var(--space-4);
      }
    `,
  ];

  @property({ type: Boolean, reflect: true }) open = false;
  @property() heading = '';

  @query('dialog') private readonly dialog!: HTMLDialogElement;

  show(): void {
    this.open = true;
  }

  /** By the time it returns, the focus is back where it was. */
  close(): void {
    this.open = false;
    this.dialog?.close();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dialog?.close();
  }

  override render() {
    return html`<dialog aria-labelledby="heading" @close=${this.closed} @pointerdown=${this.pressed}>
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button type="button" aria-label=${this.text.dialog.close} @click=${() => this.dialog.close()}><span aria-hidden="true">×</span></button>
      </header>
      <div class="content"><slot></slot></div>
      <slot name="foot"></slot>
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.open && !this.dialog.open) this.dialog.showModal();
    else if (!this.open && this.dialog.open) this.dialog.close();
  }

  private readonly closed = (): void => {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };

  /** A press beside the dialog closes it; one in its margin does not. */
  private readonly pressed = (event: PointerEvent): void => {
    if (event.target !== this.dialog) return;
    const { left, right, top, bottom } = this.dialog.getBoundingClientRect();
    const beside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
    if (beside) this.dialog.close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-dialog': Dialog;
  }
}

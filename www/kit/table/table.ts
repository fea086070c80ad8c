import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';

/**
 * Where a table lies: one that is wider than its place scrolls in it, by keyboard too, and its edges show that there is more. The table
 * is in its slot and has the styles {@link tableStyles} of whoever puts it there.
 */
@customElement('tinyai-table')
export class TableFrame extends KitElement {
  static override styles = [
    shared,
    css`
      .frame {
        position: relative;
      }

      .scroll {
        overflow-x: auto;
        scrollbar-width: thin;
      }

      :host([data-more]) .frame::after {
        content: '';
        position: absolute;
        inset: 0 0 0 auto;
        width: calc(1.4 * var(--unit));
        background: linear-gradient(to right, transparent, var(--ink));
        opacity: 0.16;
        pointer-events: none;
      }

      /* A hand on glass or a mouse; keys scroll the table itself. */
      .more {
        display: block;
        margin-left: auto;
        padding-top: var(--space-1);
        color: var(--seal-ink);
        font-size: var(--size-small);
      }

      @media print {
        .scroll {
          overflow: visible;
        }

        :host([data-more]) .frame::after,
        .more {
          display: none;
        }
      }
    `,
  ];

  /** What the table shows. */
  @property() label = '';

  @query('.scroll') private readonly area!: HTMLElement;
  @state() private overflows = false;
  /** Whether there is more to the right. */
  @state() private more = false;
  private readonly resized = new ResizeObserver(() => this.look());

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override render() {
    return html`<div class="frame">
        <div class="scroll" role="group" aria-label=${this.label} tabindex=${this.overflows ? 0 : nothing} @scroll=${this.look}>
          <slot @slotchange=${this.watch}></slot>
        </div>
      </div>
      ${this.overflows ? html`<button class="more" aria-hidden="true" tabindex="-1" @click=${this.turn}>${this.more ? this.text.table.more : this.text.table.back}</button>` : nothing}`;
  }

  protected override firstUpdated(): void {
    this.watch();
  }

  private readonly watch = (): void => {
    this.resized.disconnect();
    for (const each of [this.area, ...this.children]) this.resized.observe(each);
  };

  /** Shows the columns that come next; after the last, the first again. */
  private readonly turn = (): void => {
    const { scrollLeft, clientWidth } = this.area;
    this.area.scrollTo({ left: this.more ? scrollLeft + clientWidth / 2 : 0 });
  };

  private readonly look = (): void => {
    const { scrollLeft, clientWidth, scrollWidth } = this.area;
    this.overflows = scrollWidth > clientWidth + 1;
    this.more = scrollLeft + clientWidth < scrollWidth - 1;
    this.toggleAttribute('data-more', this.more);
    this.toggleAttribute('data-scrolled', scrollLeft > 1);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-table': TableFrame;
  }
}

import { css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';

/** How long it says that the text was copied. */
const COPIED_MILLISECONDS = 2000;

/** What puts text on the clipboard. */
export type ClipboardPort = Pick<Clipboard, 'writeText'>;

/**
 * A button that copies a text. Where the browser gives the page no clipboard, as over plain HTTP, or refuses, the text stands there
 * selected, with the keys to press.
 */
@customElement('tinyai-copy-field')
export class CopyField extends KitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: baseline;
        max-width: 100%;
        color: inherit !important;
        font-size: inherit;
      }

      input {
        flex: 1 1 16em;
        min-width: 0;
        padding: 0.1em 0.4em;
        border: 1px solid var(--rule-strong);
        border-radius: var(--corner);
        background: var(--raised);
        font-family: var(--mono);
        font-size: var(--size-small);
      }

      .press {
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      button {
        font-size: inherit;
      }
    `,
  ];

  @property() label = '';
  /** The text; asked for when it is to be copied. */
  @property({ attribute: false }) value: () => string = () => '';
  /** Undefined: the browser's, if it has one. */
  @property({ attribute: false }) clipboard: ClipboardPort | null | undefined;

  @query('input') private readonly input!: HTMLInputElement | null;
  @state() private copied = false;
  /** The text that has to be copied by hand. */
  @state() private byHand: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.copied = false;
  }

  override render() {
    const { copied, byHand, label, text } = this;
    const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘C' : 'Ctrl + C';
    return html`
      <button type="button" class="link" @click=${this.copy}>${copied ? text.copy.copied : label}</button>
      <span class="visually-hidden" role="status">${copied ? text.copy.copied : ''}</span>
      ${byHand === null
        ? nothing
        : html`<input readonly aria-label=${label} aria-describedby="press" .value=${byHand} @focus=${() => this.input?.select()} /><span class="press" id="press">${text.copy.press(keys)}</span>`}
    `;
  }

  private readonly copy = async (): Promise<void> => {
    const value = this.value();
    const clipboard = this.clipboard === undefined ? (navigator.clipboard as Clipboard | undefined) : this.clipboard;
    try {
      if (!clipboard) throw new Error('no clipboard');
      await clipboard.writeText(value);
    } catch {
      this.byHand = value;
      await this.updateComplete;
      this.input?.focus();
      this.input?.select();
      return;
    }
    if (!this.isConnected) return;
    this.byHand = null;
    this.copied = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.copied = false), COPIED_MILLISECONDS);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-copy-field': CopyField;
  }
}

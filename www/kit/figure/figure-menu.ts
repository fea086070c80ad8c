import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, queryAll, state } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';

/** Something that can be done with a figure. */
export interface FigureAction {
  readonly label: string;
  take(): void;
}

/**
 * A button with a menu of what can be done. It opens by press, Enter and the arrow down, is walked through by arrow keys, and closes by
 * Escape, by a choice, and when the focus leaves it; the focus is then on the button, unless it went elsewhere.
 */
@customElement('tinyai-figure-menu')
export class FigureMenu extends KitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
      }

      button[aria-haspopup] {
        min-width: 32px;
        color: var(--ink-2);
        font-size: var(--size-heading);
        line-height: 1;
      }

      button[aria-haspopup]:hover {
        color: var(--seal-ink);
      }

      ul {
        position: absolute;
        top: 100%;
        right: 0;
        z-index: 5;
        padding: var(--space-1) 0;
        border: 1px solid var(--rule-strong);
        border-radius: var(--corner);
        background: var(--raised);
        box-shadow: 0 4px 16px rgb(0 0 0 / 16%);
      }

      li button {
        width: 100%;
        padding: var(--space-1) var(--space-3);
        font-size: var(--size-note);
        text-align: left;
        white-space: nowrap;
      }

      li button:is(:hover, :focus-visible) {
        background: var(--wash);
      }

      li button:focus-visible {
        outline-offset: -2px;
      }

      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  /** What the button is called where it is read aloud. */
  @property() label = '';
  /** What there is to do, asked for when the menu opens. */
  @property({ attribute: false }) actions: () => readonly FigureAction[] = () => [];

  /** Null: closed. */
  @state() private shown: readonly FigureAction[] | null = null;
  @query('button') private readonly button!: HTMLButtonElement;
  @queryAll('[role=menuitem]') private readonly items!: NodeListOf<HTMLElement>;

  override render() {
    const { shown, label } = this;
    return html`<button type="button" aria-haspopup="menu" aria-expanded=${shown !== null} aria-label=${label} title=${label} @click=${this.toggle} @keydown=${this.opened}>
        <span aria-hidden="true">⋯</span>
      </button>
      ${shown === null
        ? nothing
        : html`<ul role="menu" aria-label=${label} @keydown=${this.walked} @focusout=${this.left}>
            ${shown.map(
              (action) => html`<li role="none"><button type="button" role="menuitem" tabindex="-1" @click=${() => this.take(action)}>${action.label}</button></li>`,
            )}
          </ul>`}`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('shown') && this.shown) this.items[0]?.focus();
  }

  private readonly toggle = (): void => {
    this.shown = this.shown ? null : this.actions();
  };

  private readonly opened = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.shown = this.actions();
  };

  private readonly walked = (event: KeyboardEvent): void => {
    const items = [...this.items];
    const at = items.findIndex((item) => item === this.shadowRoot?.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      items[(to + items.length) % items.length]!.focus();
      event.preventDefault();
    } else if (event.key === 'Escape') {
      // Of a dialog around it, too, Escape would close the whole.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  };

  private readonly left = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && this.shadowRoot?.contains(relatedTarget)) return;
    this.shown = null;
  };

  private take(action: FigureAction): void {
    this.close();
    action.take();
  }

  private close(): void {
    this.button.focus();
    this.shown = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-figure-menu': FigureMenu;
  }
}

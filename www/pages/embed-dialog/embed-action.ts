import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import type { EmbedEvent } from '../../kit/figure/embed-event';
import { LabElement } from '../../shell/elements/lab-element';
import { EMBED_TEXT } from './text';

/**
 * The button that opens the dialog; the dialog is loaded by then. Stands in a lab, with `slot="actions"`, whose figures it answers when one
 * of them is to be embedded.
 */
@customElement('tinyai-embed-action')
export class EmbedAction extends LabElement {
  static override styles = [
    shared,
    css`
      :host {
        font-size: inherit;
      }
    `,
  ];

  /** The site's root. */
  @property({ attribute: false }) site!: URL;

  @state() private open = false;
  /** The one figure to begin with; null: all. */
  private figure: string | null = null;
  private lab: HTMLElement | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.lab = this.parentElement;
    this.lab?.addEventListener('tinyai-embed', this.asked);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.lab?.removeEventListener('tinyai-embed', this.asked);
  }

  override render() {
    if (!this.words) return nothing;
    return html`
      <button type="button" class="link" @click=${() => this.show(null)}>${EMBED_TEXT[this.words.language].open}</button>
      ${this.open ? html`<tinyai-embed-dialog .site=${this.site} .only=${this.figure} @close=${() => (this.open = false)}></tinyai-embed-dialog>` : nothing}
    `;
  }

  private readonly asked = (event: EmbedEvent): void => {
    const { stage, figures } = this.store.definition;
    // What only a page of the lab has cannot be shown in another.
    if (![stage, ...figures].some((figure) => figure?.id === event.figure)) return;
    event.preventDefault();
    if (!event.asked) void this.show(event.figure);
  };

  private async show(figure: string | null): Promise<void> {
    await import('./embed-dialog');
    this.figure = figure;
    this.open = true;
  }
}

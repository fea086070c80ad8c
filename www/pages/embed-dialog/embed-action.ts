import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../shell/elements/lab-element';
import { EMBED_TEXT } from './text';

/** The button that opens the dialog; the dialog is loaded by then. Stands in a lab, with `slot="actions"`. */
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

  override render() {
    if (!this.words) return nothing;
    return html`
      <button type="button" class="link" @click=${this.show}>${EMBED_TEXT[this.words.language].open}</button>
      ${this.open ? html`<tinyai-embed-dialog .site=${this.site} @close=${() => (this.open = false)}></tinyai-embed-dialog>` : nothing}
    `;
  }

  private readonly show = async (): Promise<void> => {
    await import('./embed-dialog');
    this.open = true;
  };
}

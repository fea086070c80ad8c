import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/notice/notice';
import type { Offer, Shelf } from '../../store/shelf';
import { LabElement } from '../lab-element';
import { styles } from './kept.css';

/** Experiments of the lab that were interrupted, to go on with. */
@customElement('tinyai-kept-offers')
export class KeptOffers extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const { shelf } = this.store;
    if (!shelf) return nothing;
    const { offers } = shelf;
    if (offers.length === 0) return nothing;
    return html`<tinyai-notice tone="hint" .heading=${this.text.kept.interrupted(offers.length)}>
      <ul class="offers">${offers.map((offer) => this.renderOffer(shelf, offer))}</ul>
    </tinyai-notice>`;
  }

  private renderOffer(shelf: Shelf, { row, done, total }: Offer) {
    const { format } = this;
    const text = this.text.kept;
    return html`<li>
      <span class="name">${row.name}</span>
      <span class="far">${text.howFar(format.count(done), format.count(total))} · ${text.begun(format.date(row.created))}</span>
      <button class="primary" aria-label=${text.goOnWith(row.name)} @click=${() => void shelf.goOn(row.id)}>${text.goOn}</button>
      <button class="link" aria-label=${text.leaveWhat(row.name)} @click=${() => shelf.leave(row.id)}>${text.leave}</button>
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-kept-offers': KeptOffers;
  }
}

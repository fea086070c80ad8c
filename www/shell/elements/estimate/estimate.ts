import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../lab-element';
import { estimateText } from './estimate-text';
import { styles } from './estimate.css';

/**
 * What a run of the experiment as it is written will take: one line, nothing while that is not known, or known better since it ran. It is
 * never said aloud by itself.
 */
@customElement('tinyai-estimate')
export class EstimateLine extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const { estimate, editor, lessons } = this.store;
    if (!estimate) return nothing;
    // How runs compare is what a lesson asks.
    const names = lessons?.free === false ? null : editor.spec.runs.map(({ name }) => name);
    return html`<p aria-live="off">${estimateText(this.words, estimate, names)}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-estimate': EstimateLine;
  }
}

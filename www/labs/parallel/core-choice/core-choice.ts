import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import { ParallelElement } from '../parallel-element';
import { styles } from './core-choice.css';

/** Says that ranks are more than cores, also before a run, and lets one choose what times are shown of: a core for each rank, or this machine. */
@customElement('tinyai-core-choice')
export class CoreChoice extends ParallelElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.own.cores;
    const { view } = this;
    const ranks = ranksOf(view.spec);
    if (view.cores === null || ranks === 1) return nothing;
    const choice = (own: boolean, name: string, hint: string) => html`<label title=${hint}>
      <input type="radio" name="cores" .checked=${live(view.ownCores === own)} @change=${() => view.chooseCores(own)} /><span>${name}</span>
    </label>`;
    return html`
      <p class="few">${view.sharesCores ? text.few(ranks, view.cores) : text.enough(ranks, view.cores)}</p>
      <fieldset aria-label=${text.choose}>${choice(true, text.own, text.ownHint)} ${choice(false, text.measured, text.measuredHint)}</fieldset>
    `;
  }
}

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { LabElement } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import type { RunView, SampleView } from '../../store/run-view';
import { runName } from '../run-mark';
import { styles } from './verse-samples.css';

/** Whether a text is to be set as Chinese: in columns, from right to left. */
export function isChinese(text: string): boolean {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return han > latin;
}

/** What each run's model writes before and after training; Chinese verse is set in ruled columns, as in a block-printed book. */
@customElement('tinyai-samples')
export class Samples extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.text.results;
    const { view } = this.store.runner;
    return html`
      <tinyai-figure .number=${text.figure(5)} .heading=${text.samples} .caption=${text.samplesCaption}>
        <div class="runs">${view?.runs.map((run, i) => this.renderRun(view, run, i))}</div>
      </tinyai-figure>
    `;
  }

  private renderRun(view: ExperimentView, run: RunView, index: number) {
    const { samples } = run;
    // What a fork wrote before training, the run wrote that it is a fork of.
    const before = view.ancestors(index).flatMap((each) => each.samples.find(({ stage }) => stage === 'before') ?? [])[0];
    const latest = samples.findLast(({ stage }) => stage !== 'before');
    // Before training the sample can be empty: the pair then takes the other's direction.
    const vertical = isChinese(`${before?.text ?? ''}${latest?.text ?? ''}`);
    return html`<article>
      <h3>${runName(index, run.name)}</h3>
      <div class="pair">${this.renderSample('before', before, run, vertical)} ${this.renderSample('after', latest, run, vertical)}</div>
    </article>`;
  }

  private renderSample(place: 'before' | 'after', sample: SampleView | undefined, run: RunView, vertical: boolean) {
    const text = this.text.results;
    const label = sample?.stage === 'during' ? text.during(this.format.count(sample.step)) : text[place];
    return html`<div class="sample ${place}">
      <p class="stage">${label}${sample && !sample.done && !run.ended ? html` <i>${text.writing}</i>` : nothing}</p>
      ${sample
        ? html`<div class=${vertical ? 'columns' : ''}><div class="sheet" tabindex="0" role="group" aria-label="${run.name}, ${label}" ?data-vertical=${vertical} lang=${vertical ? 'zh' : 'en'}>
            <p class="text"><span class="prompt">${sample.prompt}</span>${sample.text}</p>
          </div></div>`
        : html`<div class="sheet blank"><p>${run.ended ? text.noSample : place === 'after' ? text.waiting : ''}</p></div>`}
    </div>`;
  }
}

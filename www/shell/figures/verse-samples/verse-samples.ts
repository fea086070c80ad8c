import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { SampleStage } from '../../types/generated/SampleStage';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../workbench/lab-element';
import type { RunView, SampleView } from '../../workbench/measured';
import { runName } from '../run-mark';
import { styles } from './verse-samples.css';

const STAGES: SampleStage[] = ['before', 'after'];

/** Whether a text is to be set as Chinese: in columns, from right to left. */
export function isChinese(text: string): boolean {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return han > latin;
}

/** What each run's model writes before and after training; Chinese verse is set in ruled columns, as in a block-printed book. */
@customElement('verse-samples')
export class VerseSamples extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = messages().results;
    const runs = this.bench.shown?.runs ?? [];
    return html`
      <section>
        <div class="caption">
          <span class="number">${text.figure(5)}</span>
          <h2>${text.samples}</h2>
          <p>${text.samplesCaption}</p>
        </div>
        <div class="runs">${runs.map((run, i) => this.renderRun(run, i))}</div>
      </section>
    `;
  }

  private renderRun(run: RunView, index: number) {
    // Before training the sample can be empty: the pair then takes the other's direction.
    const vertical = isChinese(STAGES.map((stage) => run.samples[stage]?.text ?? '').join(''));
    return html`<article>
      <h3>${runName(index, run.name)}</h3>
      <div class="pair">${STAGES.map((stage) => this.renderSample(stage, run.samples[stage], run, vertical))}</div>
    </article>`;
  }

  private renderSample(stage: SampleStage, sample: SampleView | undefined, run: RunView, vertical: boolean) {
    const text = messages().results;
    const ended = run.status !== 'running' && run.status !== 'waiting';
    return html`<div class="sample ${stage}">
      <p class="stage">${text[stage]}${sample && !sample.done && !ended ? html` <i>${text.writing}</i>` : nothing}</p>
      ${sample
        ? html`<div class="sheet" tabindex="0" role="group" aria-label="${run.name}, ${text[stage]}" ?data-vertical=${vertical} lang=${vertical ? 'zh' : 'en'}>
            <p class="text"><span class="prompt">${sample.prompt}</span>${sample.text}</p>
          </div>`
        : html`<div class="sheet blank"><p>${ended ? text.noSample : stage === 'after' ? text.waiting : ''}</p></div>`}
    </div>`;
  }
}

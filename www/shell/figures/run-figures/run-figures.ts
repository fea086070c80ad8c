import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { LabElement } from '../../elements/lab-element';
import type { RunView } from '../../store/run-view';
import { memoryColour, slices } from '../memory-slices';
import { colour, runName } from '../run-mark';
import { styles } from './run-figures.css';

/** Parameters, memory and speed of each run, as bars over common scales. */
@customElement('tinyai-run-figures')
export class RunFigures extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const text = this.text.results;
    const runs = this.store.runner.view?.runs ?? [];
    return html`
      <div class="figures">
        ${this.renderFigure(2, text.parameters, text.parametersCaption, runs.map((run, i) => this.renderParameters(run, i)))}
        ${this.renderFigure(3, text.speed, text.speedCaption, runs.map((run, i) => this.renderSpeed(run, i, runs)))}
        ${this.renderFigure(4, text.memory, text.memoryCaption, runs.map((run, i) => this.renderMemory(run, i, runs)), 'wide')}
      </div>
    `;
  }

  private renderFigure(index: number, title: string, caption: string, rows: unknown[], kind = '') {
    return html`<tinyai-figure class=${kind} .number=${this.text.results.figure(index)} .heading=${title} .caption=${caption}>${rows}</tinyai-figure>`;
  }

  private renderParameters(run: RunView, index: number) {
    const text = this.text.results;
    const [trainable, total] = [run.figure('trainable_parameters')?.value, run.figure('total_parameters')?.value];
    const known = trainable !== undefined && total !== undefined;
    const share = known ? trainable / total : 0;
    return html`<div class="row">
      <div class="head">${runName(index, run.name)} ${known ? html`<b>${this.format.percent(share)}</b>` : nothing}</div>
      <div class="bar"><div ${styled({ width: `${share * 100}%`, background: colour(index) })}></div></div>
      <p class="note">${known ? html`${text.trainable} ${this.format.count(trainable)} · ${text.total} ${this.format.count(total)}` : html`&nbsp;`}</p>
    </div>`;
  }

  private renderSpeed(run: RunView, index: number, runs: RunView[]) {
    const text = this.text;
    const slowest = Math.max(...runs.map((each) => each.stepMilliseconds ?? 0));
    const known = run.stepMilliseconds !== null && run.tokensPerSecond !== null;
    const share = known && slowest > 0 ? run.stepMilliseconds! / slowest : 0;
    return html`<div class="row">
      <div class="head">${runName(index, run.name)} ${known ? html`<b>${this.format.short(run.stepMilliseconds!)} ${text.units.ms}</b>` : nothing}</div>
      <div class="bar"><div ${styled({ width: `${share * 100}%`, background: colour(index) })}></div></div>
      <p class="note">${known ? html`${text.results.stepTime} · ${this.format.count(run.tokensPerSecond!)} ${text.results.throughput}` : html`&nbsp;`}</p>
    </div>`;
  }

  private renderMemory(run: RunView, index: number, runs: RunView[]) {
    const text = this.text.results;
    const most = Math.max(1, ...runs.map((each) => each.memory.total?.peak_bytes ?? 0));
    const parts = slices(run.memory);
    const total = run.memory.total?.peak_bytes;
    return html`<div class="row">
      <div class="head">
        ${runName(index, run.name)} ${total === undefined ? nothing : html`<b>${this.format.mebibytes(total)} MiB</b> <span class="note">${text.peak}</span>`}
      </div>
      <div class="bar stacked">
        ${parts.map(({ category, bytes }) => html`<div ${styled({ width: `${(bytes / most) * 100}%`, background: memoryColour(category) })}></div>`)}
      </div>
      <ul class="parts">
        ${parts.map(
          ({ category, bytes }) =>
            html`<li><i ${styled({ background: memoryColour(category) })}></i>${text.memoryCategories[category] ?? category} ${this.format.mebibytes(bytes)}</li>`,
        )}
      </ul>
    </div>`;
  }
}

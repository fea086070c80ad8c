import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import type { Metric } from '../../../types/generated/Metric';
import { LabElement } from '../../elements/lab-element';
import type { RunView } from '../../store/run-view';
import { memoryColour, slices } from '../memory-slices';
import { measured, quantity, quantityStyles } from '../quantity';
import { colour, runName } from '../run-mark';
import { styles } from './run-figures.css';

/** Parameters, memory and speed of each run, as bars over common scales. */
@customElement('tinyai-run-figures')
export class RunFigures extends LabElement {
  static override styles = [shared, quantityStyles, styles];

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
    const [trainable, total, share] = (['trainable_parameters', 'total_parameters', 'trainable_share'] as const).map((name) => run.figure(name));
    const show = (name: string, metric: Metric) => measured(this.words, run.name, name, metric);
    return html`<div class="row" ?data-past=${this.store.past.has(index)}>
      <div class="head">${runName(index, run.name)} ${share ? html`<b>${show('trainable_share', share)}</b>` : nothing}</div>
      <div class="bar"><div ${styled({ width: `${(share?.value ?? 0) * 100}%`, background: colour(index) })}></div></div>
      <p class="note">
        ${trainable && total ? html`${text.trainable} ${show('trainable_parameters', trainable)} · ${text.total} ${show('total_parameters', total)}` : html`&nbsp;`}
      </p>
    </div>`;
  }

  private renderSpeed(run: RunView, index: number, runs: RunView[]) {
    const time = run.figure('step_time');
    const rate = run.figure('tokens_per_second');
    const slowest = Math.max(...runs.map((each) => each.figure('step_time')?.value ?? 0));
    const share = time && slowest > 0 ? time.value / slowest : 0;
    return html`<div class="row" ?data-past=${this.store.past.has(index)}>
      <div class="head">${runName(index, run.name)} ${time ? html`<b>${measured(this.words, run.name, 'step_time', time)}</b>` : nothing}</div>
      <div class="bar"><div ${styled({ width: `${share * 100}%`, background: colour(index) })}></div></div>
      <p class="note">${time && rate ? html`${this.text.results.stepTime} · ${measured(this.words, run.name, 'tokens_per_second', rate)}` : html`&nbsp;`}</p>
    </div>`;
  }

  private renderMemory(run: RunView, index: number, runs: RunView[]) {
    const text = this.text.results;
    const most = Math.max(1, ...runs.map((each) => each.memory.total?.peak_bytes ?? 0));
    const parts = slices(run.memory);
    const total = run.figure('peak_memory');
    const amount = (category: string, bytes: number) => quantity(run.name, `memory.${category}`, bytes, this.format.mebibytes(bytes));
    return html`<div class="row" ?data-past=${this.store.past.has(index)}>
      <div class="head">
        ${runName(index, run.name)} ${total ? html`<b>${measured(this.words, run.name, 'peak_memory', total)}</b> <span class="note">${text.peak}</span>` : nothing}
      </div>
      <div class="bar stacked">
        ${parts.map(({ category, bytes }) => html`<div ${styled({ width: `${(bytes / most) * 100}%`, background: memoryColour(category) })}></div>`)}
      </div>
      <ul class="parts">
        ${parts.map(
          ({ category, bytes }) =>
            html`<li><i ${styled({ background: memoryColour(category) })}></i>${text.memoryCategories[category] ?? category} ${amount(category, bytes)}</li>`,
        )}
      </ul>
    </div>`;
  }
}

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { colour } from '../../../shell/figures/run-mark';
import { ParallelElement } from '../parallel-element';
import { suggest, type Suggestion } from '../suggestions';
import { doneByHand, figureSoFar } from '../view';
import { styles } from './step-figures.css';

interface Bar {
  kind: 'alone' | 'predicted' | 'measured' | 'ideal';
  name: string;
  /** Null: not known yet. */
  value: number | null;
}

/** The time of a step and its bubble: measured beside what was predicted, beside one rank, and beside the formula. */
@customElement('tinyai-step-figures')
export class StepFigures extends ParallelElement {
  static override styles = [shared, styles];

  override render() {
    const { alone, mesh } = this.view.lines;
    return html`<div class="figures" ${styled({ '--alone': colour(alone?.run ?? 0), '--own': colour(mesh?.run ?? 1) })}>
        ${this.renderTime()} ${this.renderBubble()}
      </div>
      ${this.renderSuggestions()}`;
  }

  private renderTime() {
    const text = this.own.figures;
    const { measured: run, alone } = this.view;
    const { short } = this.format;
    const measured = figureSoFar(run, 'step_time', 'step_milliseconds');
    const one = figureSoFar(alone, 'step_time', 'step_milliseconds');
    const predicted = run?.parallel.prediction?.step_seconds;
    const bars: Bar[] = [
      ...(alone ? [{ kind: 'alone' as const, name: alone.name, value: one }] : []),
      { kind: 'predicted', name: text.predicted, value: predicted === undefined ? null : 1000 * predicted },
      { kind: 'measured', name: text.measured, value: measured },
    ];
    const most = Math.max(...bars.map(({ value }) => value ?? 0));
    return html`<tinyai-figure .number=${this.text.results.figure(3)} .heading=${text.time} .caption=${text.timeCaption}>
      ${bars.map((bar) => this.renderBar(bar, most, (value) => `${short(value)} ${this.text.units.ms}`))}
      <p class="note">${measured === null ? text.afterRun : this.renderSpeed(measured, one)}</p>
    </tinyai-figure>`;
  }

  /** Both in milliseconds; `one`: of the run on one rank. */
  private renderSpeed(measured: number, one: number | null) {
    const text = this.own.figures;
    const { alone } = this.view;
    const run = this.view.measured!;
    const tokens = run.figure('tokens_per_second')?.value ?? run.tokensPerSecond;
    const { count, times } = this.format;
    return html`<b>${alone && one !== null ? text.speedUp(times(one / measured), ranksOf(run.spec), alone.name) : text.noBaseline}</b>
      ${tokens ? html`<span>${text.throughput(count(tokens))}</span>` : nothing}`;
  }

  private renderBubble() {
    const text = this.own.figures;
    const { showsRun, measured: run, planned, spec } = this.view;
    const predicted = showsRun ? run?.parallel.prediction?.bubble_fraction : planned?.timeline.bubble_fraction;
    const bars: Bar[] = [
      { kind: 'ideal', name: text.ideal, value: planned?.ideal_bubble ?? null },
      { kind: 'predicted', name: showsRun ? text.predicted : this.own.timeline.planned, value: predicted ?? null },
      { kind: 'measured', name: text.measured, value: showsRun ? figureSoFar(run, 'bubble_fraction', 'bubble_fraction') : null },
    ];
    return html`<tinyai-figure .number=${this.text.results.figure(4)} .heading=${text.bubble} .caption=${text.bubbleCaption}>
      ${bars.map((bar) => this.renderBar(bar, 1, this.format.percent))}
      <p class="note">${text.ideal}: ${text.formula(spec.mesh.pipeline, spec.training.micro_batches)}</p>
    </tinyai-figure>`;
  }

  private renderBar({ kind, name, value }: Bar, most: number, show: (value: number) => string) {
    return html`<div class="row">
      <span class="name">${name}</span>
      <div class="track"><div class=${kind} ${styled({ width: `${value === null || most === 0 ? 0 : (100 * value) / most}%` })}></div></div>
      <b>${value === null ? '–' : show(value)}</b>
    </div>`;
  }

  /** What the last step says could be better. */
  private renderSuggestions() {
    const text = this.own.figures;
    const { measured: run } = this.view;
    const planned = run?.parallel.planned;
    const byHand = run !== null && doneByHand(run);
    const done = run !== null && planned !== undefined && run.ranks.length > 0;
    const found = done && !byHand ? suggest(planned, run.ranks, run.curve('bubble_fraction').values.at(-1) ?? 0) : [];
    const none = !done ? text.afterRun : byHand ? text.byHand : text.nothingToTry;
    return html`<div class="suggestions">
      <h3>${text.suggestions}</h3>
      <ul>
        ${found.length === 0 ? html`<li class="none">${none}</li>` : found.map((each) => html`<li>${this.suggestion(each, run?.spec.mesh.schedule === 'zb_h1')}</li>`)}
      </ul>
    </div>`;
  }

  /** `zeroBubble`: the schedule that makes the bubble smallest is on already. */
  private suggestion(suggestion: Suggestion, zeroBubble: boolean): string {
    const text = this.own.figures.suggest;
    const { wholePercent } = this.format;
    switch (suggestion.kind) {
      case 'communication':
        return text.communication(wholePercent(suggestion.share));
      case 'bubble':
        return text.bubble(wholePercent(suggestion.share), zeroBubble);
      case 'idleStages':
        return text.idleStages(suggestion.stages.map(({ stage, share }) => ({ stage, share: wholePercent(share) })));
    }
  }
}

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { ranksOf } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { styled } from '../../../kit/styled';
import { around, quantity, quantityStyles } from '../../../shell/figures/quantity';
import { colour } from '../../../shell/figures/run-mark';
import { ParallelElement } from '../parallel-element';
import { MEASURED, MODELLED, stepFacts, type StepFacts } from '../step-facts';
import { suggest, type Suggestion } from '../suggestions';
import { doneByHand } from '../view';
import { styles } from './step-figures.css';

interface Bar {
  kind: 'alone' | 'predicted' | 'measured' | 'ideal';
  name: string;
  /** Null: not known yet. */
  value: number | null;
  /** The run and the quantity. */
  of: readonly [run: string | undefined, quantity: string];
}

/** The time of a step and its bubble: measured beside what was predicted, beside one rank, and beside the formula. */
@customElement('tinyai-step-figures')
export class StepFigures extends ParallelElement {
  static override styles = [shared, quantityStyles, styles];

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
    const facts = stepFacts(this.view);
    const predicted = run?.parallel.prediction?.step_seconds;
    const bars: Bar[] = facts.modelled
      ? [
          { kind: 'alone', name: text.oneRank, value: facts.alone, of: [run?.name, 'own_core_one_rank_time'] },
          { kind: 'predicted', name: text.modelled, value: facts.time, of: [run?.name, MODELLED.time] },
        ]
      : [
          ...(alone ? [{ kind: 'alone' as const, name: alone.name, value: facts.alone, of: [alone.name, MEASURED.time] as const }] : []),
          { kind: 'predicted', name: text.predicted, value: predicted === undefined ? null : 1000 * predicted, of: [run?.name, 'predicted_step_time'] },
          { kind: 'measured', name: text.measured, value: facts.time, of: [run?.name, MEASURED.time] },
        ];
    const most = Math.max(...bars.map(({ value }) => value ?? 0));
    const show = (value: number): string => `${this.format.short(value)} ${this.text.units.ms}`;
    return html`<tinyai-figure .number=${this.text.results.figure(3)} .heading=${text.time} .caption=${facts.modelled ? text.timeCaptionModelled : text.timeCaption}>
      ${bars.map((bar) => this.renderBar(bar, most, show))}
      <p class="note">${facts.time === null ? text.afterRun : this.renderSpeed(facts)}</p>
    </tinyai-figure>`;
  }

  private renderSpeed({ modelled, speedUp }: StepFacts) {
    const text = this.own.figures;
    const { alone, measured } = this.view;
    const run = measured!;
    const { count, times } = this.format;
    const ranks = ranksOf(run.spec);
    const told = (value: number) =>
      around(
        (number) => (modelled ? text.speedUpModelled(number, ranks) : text.speedUp(number, ranks, alone!.name)),
        quantity(run.name, modelled ? 'own_core_speed_up' : 'speed_up', value, times(value)),
      );
    const rate = modelled ? null : (run.figure('tokens_per_second')?.value ?? run.tokensPerSecond);
    return html`<b>${speedUp === null ? (modelled ? nothing : text.noBaseline) : told(speedUp)}</b>
      ${rate === null ? nothing : html`<span>${around(text.throughput, quantity(run.name, 'tokens_per_second', rate, count(rate)))}</span>`}`;
  }

  private renderBubble() {
    const text = this.own.figures;
    const { showsRun, measured: run, planned, spec, lines } = this.view;
    const facts = stepFacts(this.view);
    const predicted = run?.parallel.prediction?.bubble_fraction ?? null;
    const name = lines.mesh?.name;
    const bars: Bar[] = [
      { kind: 'ideal', name: text.ideal, value: planned?.ideal_bubble ?? null, of: [name, 'ideal_bubble_fraction'] },
      showsRun
        ? { kind: 'predicted', name: facts.modelled ? text.modelled : text.predicted, value: predicted, of: [run?.name, MODELLED.bubble] }
        : { kind: 'predicted', name: this.own.timeline.planned, value: planned?.timeline.bubble_fraction ?? null, of: [name, 'planned_bubble_fraction'] },
      ...(facts.modelled ? [] : [{ kind: 'measured' as const, name: text.measured, value: showsRun ? facts.bubble : null, of: [run?.name, MEASURED.bubble] as const }]),
    ];
    return html`<tinyai-figure .number=${this.text.results.figure(4)} .heading=${text.bubble} .caption=${facts.modelled ? text.bubbleCaptionModelled : text.bubbleCaption}>
      ${bars.map((bar) => this.renderBar(bar, 1, this.format.percent))}
      <p class="note">${text.ideal}: ${text.formula(spec.mesh.pipeline, spec.training.micro_batches)}</p>
    </tinyai-figure>`;
  }

  private renderBar({ kind, name, value, of: [run, quantityName] }: Bar, most: number, show: (value: number) => string) {
    return html`<div class="row">
      <span class="name">${name}</span>
      <div class="track"><div class=${kind} ${styled({ width: `${value === null || most === 0 ? 0 : (100 * value) / most}%` })}></div></div>
      <b>${value === null ? '–' : quantity(run ?? '', quantityName, value, show(value))}</b>
    </div>`;
  }

  /** What could be better, by the same numbers. */
  private renderSuggestions() {
    const text = this.own.figures;
    const { measured: run } = this.view;
    const facts = stepFacts(this.view);
    const known = run !== null && (facts.bubble !== null || facts.transfer !== null);
    const found = known ? suggest(run.spec, facts) : [];
    const none = known ? text.nothingToTry : run !== null && doneByHand(run) ? text.byHand : text.afterRun;
    return html`<div class="suggestions">
      <h3>${text.suggestions}</h3>
      ${known && facts.modelled ? html`<p class="note">${text.suggestionsModelled}</p>` : nothing}
      <ul>
        ${found.length === 0 ? html`<li class="none">${none}</li>` : found.map((each) => html`<li>${this.suggestion(each, run!.name, facts.modelled)}</li>`)}
      </ul>
    </div>`;
  }

  private suggestion(suggestion: Suggestion, run: string, modelled: boolean) {
    const { suggest: text, remedies } = this.own.figures;
    const { wholePercent, percent } = this.format;
    const ways = new Intl.ListFormat(this.words.language, { type: 'disjunction' }).format(suggestion.remedies.map((remedy) => remedies[remedy]));
    switch (suggestion.kind) {
      case 'transfer':
        return around((share) => text.transfer(share, ways), quantity(run, modelled ? 'own_core_transfer_fraction' : 'transfer_fraction', suggestion.share, wholePercent(suggestion.share)));
      case 'bubble':
        return around((share) => text.bubble(share, ways), quantity(run, modelled ? MODELLED.bubble : MEASURED.bubble, suggestion.share, percent(suggestion.share)));
      case 'idleStages':
        return text.idleStages(suggestion.stages.map(({ stage, share }) => ({ stage, share: wholePercent(share) })), ways);
    }
  }
}

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count, percent, short, times, wholePercent } from '../../i18n/format';
import { localized, messages } from '../../i18n/locale';
import { baselineSeconds, bubble, stepSeconds } from '../../parallel/measured';
import { rankCount } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import type { Suggestion } from '../../parallel/suggestions';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './step-figures.css';

interface Bar {
  kind: 'alone' | 'predicted' | 'measured' | 'ideal';
  name: string;
  /** Null: not known yet. */
  value: number | null;
}

/** The time of a step and its bubble: measured beside what was predicted, beside one rank, and beside the formula. */
@customElement('step-figures')
export class StepFigures extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  override render() {
    return html`<div class="figures">${this.renderTime()} ${this.renderBubble()}</div>
      ${this.renderSuggestions()}`;
  }

  private renderTime() {
    const text = messages().parallel.figures;
    const { session, ran } = this.bench;
    const measured = stepSeconds(session.steps);
    const alone = baselineSeconds(session.baseline);
    const tokens = ran?.planned?.tokens_per_step;
    const bars: Bar[] = [
      { kind: 'alone', name: text.oneRank, value: alone },
      { kind: 'predicted', name: text.predicted, value: session.prediction?.step_seconds ?? null },
      { kind: 'measured', name: text.measured, value: measured },
    ];
    const { units } = messages();
    const most = Math.max(...bars.map(({ value }) => value ?? 0));
    return html`<figure>
      <figcaption class="caption">
        <span class="number">${messages().results.figure(3)}</span>
        <h2>${text.time}</h2>
        <p>${text.timeCaption}</p>
      </figcaption>
      ${bars.map((bar) => this.renderBar(bar, most, (value) => `${short(1000 * value)} ${units.ms}`))}
      <p class="note">
        ${measured === null || !ran
          ? text.afterRun
          : html`<b>${alone === null ? text.noBaseline : text.speedUp(times(alone / measured), rankCount(ran.spec))}</b>
              ${tokens ? html`<span>${text.throughput(count(tokens / measured))}</span>` : nothing}`}
      </p>
      ${session.baselineProblem ? html`<p class="note">${localized(session.baselineProblem.message)}</p>` : nothing}
    </figure>`;
  }

  private renderBubble() {
    const text = messages().parallel.figures;
    const { bench } = this;
    const spec = bench.viewsRun ? bench.ran!.spec : bench.spec;
    const { pipeline, micro_batches } = spec.mesh;
    const measured = bench.viewsRun ? bubble(bench.session.steps) : null;
    const predicted = bench.viewsRun ? (bench.session.prediction?.bubble_fraction ?? null) : (bench.planned?.timeline.bubble_fraction ?? null);
    const bars: Bar[] = [
      { kind: 'ideal', name: text.ideal, value: bench.planned?.ideal_bubble ?? null },
      { kind: 'predicted', name: bench.viewsRun ? text.predicted : messages().parallel.timeline.planned, value: predicted },
      { kind: 'measured', name: text.measured, value: measured },
    ];
    return html`<figure>
      <figcaption class="caption">
        <span class="number">${messages().results.figure(4)}</span>
        <h2>${text.bubble}</h2>
        <p>${text.bubbleCaption}</p>
      </figcaption>
      ${bars.map((bar) => this.renderBar(bar, 1, percent))}
      <p class="note">${text.ideal}: ${text.formula(pipeline, micro_batches)}</p>
    </figure>`;
  }

  private renderBar({ kind, name, value }: Bar, most: number, show: (value: number) => string) {
    return html`<div class="row">
      <span class="name">${name}</span>
      <div class="track"><div class=${kind} style="width: ${value === null || most === 0 ? 0 : (100 * value) / most}%"></div></div>
      <b>${value === null ? '–' : show(value)}</b>
    </div>`;
  }

  /** What the last step says could be better. */
  private renderSuggestions() {
    const { steps } = this.bench.session;
    const suggestions = steps.at(-1)?.suggestions ?? [];
    const text = messages().parallel.figures;
    const zeroBubble = this.bench.ran?.spec.mesh.schedule === 'zb_h1';
    const none = steps.length === 0 ? text.afterRun : steps.at(-1)!.byHand ? text.byHand : text.nothingToTry;
    return html`<div class="suggestions">
      <h3>${text.suggestions}</h3>
      <ul>
        ${suggestions.length === 0 ? html`<li class="none">${none}</li>` : suggestions.map((suggestion) => html`<li>${suggestionText(suggestion, zeroBubble)}</li>`)}
      </ul>
    </div>`;
  }
}

/** `zeroBubble`: the schedule that makes it smallest is on already. */
function suggestionText(suggestion: Suggestion, zeroBubble: boolean): string {
  const text = messages().parallel.figures.suggest;
  switch (suggestion.kind) {
    case 'communication':
      return text.communication(wholePercent(suggestion.share));
    case 'bubble':
      return text.bubble(wholePercent(suggestion.share), zeroBubble);
    case 'idleStages':
      return text.idleStages(suggestion.stages.map(({ stage, share }) => ({ stage, share: wholePercent(share) })));
  }
}

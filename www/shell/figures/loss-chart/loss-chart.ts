import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { ChartCurve, ChosenPoint, ReferenceLine } from '../../../kit/chart/curves';
import '../../../kit/chart/line-chart';
import type { LineChart } from '../../../kit/chart/line-chart';
import { halfWidth } from '../../../kit/chart/smooth';
import { pointText } from '../../../kit/chart/values';
import '../../../kit/figure/figure';
import { RevealEvent } from '../../../kit/notice/notice';
import { LabElement } from '../../elements/lab-element';
import type { Point } from '../../lesson/prediction/question';
import { references, type ExperimentView } from '../../store/experiment-view';
import { MOST_RUNS } from '../../store/spec-editor';
import { trainingLoss } from '../../store/statistics';
import { colour, dash, runName } from '../run-mark';
import { LossCurves, shortened } from './curves';
import { styles } from './loss-chart.css';

/** Dashes of what the curves are compared with, where there are several. */
const DASHES: readonly (readonly number[])[] = [[8, 4], [2, 3], [8, 3, 2, 3], [4, 8]];
const dashes = (index: number): readonly number[] => DASHES[index % DASHES.length]!;

/** Letters of a run's name where the step of its fork stands behind. */
const LONGEST_PARENT = 6;

/** Loss curves of all runs, drawn while they grow; a point of one can be chosen, to fork its run there. */
@customElement('tinyai-loss-chart')
export class LossChart extends LabElement {
  static override styles = [shared, styles];

  /** Point of a curve that is looked at. */
  @state() private point: ChosenPoint | null = null;

  @query('tinyai-line-chart') private readonly chart!: LineChart;
  private readonly losses = new LossCurves();
  /** The experiment that the point is of. */
  private shown: ExperimentView | null = null;
  private readonly files = { svg: () => this.chart.svg(), csv: () => this.chart.csv() };

  override render() {
    const { store, format, point } = this;
    const text = this.text.results;
    const { view } = store.runner;
    const planned = Math.max(1, ...store.editor.spec.runs.map((_, i) => store.editor.config(i).training.steps));
    const last = view ? Math.max(1, ...view.runs.map((run) => run.steps)) : planned;
    const curves = view ? this.curves(view, last) : [];
    return html`
      <tinyai-figure name="loss" .number=${text.figure(1)} .heading=${text.loss} .caption=${text.lossCaption[this.beside(view)]} .files=${this.files}>
        <tinyai-line-chart
          whole
          .label=${text.loss}
          .curves=${curves}
          .references=${view ? this.references(view) : []}
          .nameX=${text.step}
          .nameY=${text.lossUnit}
          .rangeX=${[0, last]}
          .formatX=${format.count}
          .formatY=${format.loss}
          .sayX=${this.step}
          .empty=${view ? '' : text.empty}
          .chosen=${point}
          .pencil=${this.foretold}
          @choose=${() => (this.point = this.chart.chosen)}
        >
          <div slot="below">${this.renderPoint(curves)}</div>
        </tinyai-line-chart>
      </tinyai-figure>
    `;
  }

  /** What somebody foretold of the curve, in the lesson that the page stands at. */
  private get foretold(): readonly Point[] {
    const { lessons } = this.store;
    const answer = lessons?.current ? lessons.note(lessons.current).foretold?.answer : null;
    return answer?.kind === 'curve' ? answer.points : [];
  }

  private renderPoint(curves: readonly ChartCurve[]) {
    const { store, point } = this;
    const text = this.text.results;
    const { view } = store.runner;
    if (store.readOnly || !view || curves.length === 0 || view.runs.every((run) => run.curve('loss').steps.length === 0)) return nothing;
    const curve = point && curves[point.curve];
    if (!point || !curve) return html`<p class="point hint screen-only">${text.choosePoint}</p>`;
    const room = store.editor.canFork(view.spec, point.curve);
    return html`<p class="point screen-only">
      ${runName(point.curve, curve.name)} <span>${pointText(curve, point.x, { text: this.words.kit.chart, sayX: this.step, formatY: this.format.loss })}</span>
      <button class="primary" type="button" ?disabled=${!room} @click=${this.fork}>${text.forkHere}</button>
      ${room ? nothing : html`<span>${text.noRoom(String(MOST_RUNS))}</span>`}
    </p>`;
  }

  protected override willUpdate(): void {
    const { view } = this.store.runner;
    if (view !== this.shown) this.point = null;
    this.shown = view;
  }

  private readonly step = (step: number): string => this.text.results.during(this.format.count(step));

  private curves(view: ExperimentView, last: number): ChartCurve[] {
    const text = this.text.results;
    const { past } = this.store;
    return this.losses.of(view, halfWidth(last)).map(({ raw, smoothed, validation, branch }, run) => {
      const of = view.runs[run]!;
      const told = (name: string) => ({ name: text[name === 'loss' ? 'training' : 'validation'], quantity: `${of.name}/${name}` });
      const atEnd = (name: string): number | null => of.figure(name)?.value ?? null;
      return {
        name: of.name,
        end: this.label(view, run),
        // Now: what greys it around this chart may be drawn after it.
        colour: past.has(run) ? 'var(--ink-2)' : colour(run),
        dash: dash(run),
        branch,
        series: [
          { ...raw, name: text.training, style: 'raw' },
          { ...smoothed, ...told('loss'), style: 'line', width: 1.5, alpha: 0.9, key: text.lossKeyTraining, told: (x) => (x === null ? atEnd('loss') : trainingLoss(of.curve('loss'), x)) },
          { ...validation, ...told('validation_loss'), style: 'points', key: text.lossKeyValidation },
        ],
      } satisfies ChartCurve;
    });
  }

  /** What the curves are drawn beside. */
  private beside(view: ExperimentView | null): 'plain' | 'base' | 'bases' | 'frequencies' {
    const [first, second] = view ? references(view) : [];
    if (!first) return 'plain';
    if (first.what === 'unigram') return 'frequencies';
    return second || first.what !== 'base' ? 'bases' : 'base';
  }

  private references(view: ExperimentView): ReferenceLine[] {
    const { baseModel, roundedBase, beforeTraining, unigram, bigram } = this.text.results;
    const names = { base: () => baseModel, rounded: (bits: string) => roundedBase(this.words.option('fine_tuning.quantization', bits) ?? bits), before: beforeTraining, unigram: () => unigram, bigram: () => bigram };
    const found = references(view);
    const keyed = found.filter(({ what }) => what !== 'unigram' && what !== 'bigram').length > 1;
    return found.map(({ what, loss, of }, i) => ({ name: names[what](of), y: loss, ...(keyed && { keyed, dash: dashes(i) }) }));
  }

  /** A run's name at the end of its line: of a fork that has no name of its own, its step rather than the rest of its run's. */
  private label(view: ExperimentView, run: number): string {
    const { name, from } = view.runs[run]!;
    const parent = view.runs[view.parentOf(run)];
    const { form, results } = this.text;
    if (!parent || name !== form.forkName(parent.name, from)) return shortened(name, view.runs.map((other) => other.name));
    return results.forkShort(shortened(parent.name, [], LONGEST_PARENT), String(from));
  }

  private readonly fork = (): void => {
    const { editor, runner } = this.store;
    if (!this.point || !runner.view) return;
    editor.forkOf(runner.view.spec, this.point.curve, this.point.x);
    this.dispatchEvent(new RevealEvent('fork', editor.spec.runs[editor.selected]!.name));
  };
}

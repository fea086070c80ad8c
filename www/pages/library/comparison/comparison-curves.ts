import { ContextConsumer } from '@lit/context';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { shared } from '../../../kit/base.css';
import { ChartElement } from '../../../kit/chart/chart-element';
import { drawLabels, spread, widest, type EndLabel } from '../../../kit/chart/labels';
import { lineChart } from '../../../kit/chart/line-chart.css';
import { extent } from '../../../kit/extent';
import '../../../kit/figure/figure';
import { DrawnBySignals } from '../../../kit/signals/drawn-by-signals';
import { aligned, curves, type Axis, type Curve } from '../../../shell/compare';
import { smooth } from '../../../shell/figures/loss-chart/curves';
import { measured, quantityStyles } from '../../../shell/figures/quantity';
import { dash, runName } from '../../../shell/figures/run-mark';
import { wordsContext, type Words } from '../../../shell/text/words';
import type { Metric } from '../../../types/generated/Metric';
import type { LibraryText } from '../text';
import { identityOf, namesOf, type Compared } from './compared';

const AXES: readonly Axis[] = ['step', 'tokens', 'time'];
/** Room between a line's end and its label, and beyond it, in CSS pixels. */
const LABEL_GAP = 10;
const LABEL_END = 4;
/** Longer names are cut short at their lines' ends. */
const LONGEST_NAME = 12;

const shortened = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);
const last = (column: readonly (number | null)[]): number | null => column.findLast((value) => value !== null) ?? null;

interface Drawn {
  readonly x: number[];
  /** For each run, its smoothed training loss and its validation loss. */
  readonly training: (number | null)[][];
  readonly validation: (number | null)[][];
  readonly missing: readonly number[];
}

/** Losses of any runs, over what is chosen. */
@customElement('tinyai-comparison-curves')
export class ComparisonCurves extends ChartElement {
  static override styles = [
    shared,
    lineChart,
    quantityStyles,
    css`
      :host {
        display: block;
        margin-top: var(--space-5);
      }

      .axes {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        margin: 0 0 0 auto;
        padding: 0;
        border: 0;
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      .axes label {
        cursor: pointer;
      }

      input {
        accent-color: var(--seal);
      }

      .values {
        margin-left: 0.4em;
      }

      .missing {
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly Compared[] = [];
  @state() private axis: Axis = 'step';

  private readonly provided = new ContextConsumer(this, { context: wordsContext, subscribe: true });
  private readonly signals = new DrawnBySignals(this);
  private drawn: Drawn = { x: [], training: [], validation: [], missing: [] };

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  private get words(): Words {
    return this.provided.value!;
  }

  private get own(): LibraryText {
    return this.words.lab.own as LibraryText;
  }

  override render() {
    const { own, words, runs, drawn } = this;
    const names = namesOf(runs);
    const { results } = words.messages;
    const number = (run: number, name: string) => {
      const metric = this.metric(run, name);
      return metric ? measured(words, identityOf(runs[run]!), name, metric) : '–';
    };
    const lines = names.map((name, i) => results.chartSummary(name, this.said(i, 'loss'), this.said(i, 'validation_loss')));
    return html`<tinyai-figure .number=${results.figure(1)} .heading=${own.curves} .caption=${own.curvesCaption}>
      <fieldset class="axes" slot="actions">
        ${own.axis}
        ${AXES.map(
          (axis) => html`<label><input type="radio" name="axis" .checked=${axis === this.axis} @change=${() => (this.axis = axis)} /> ${own.axes[axis]}</label>`,
        )}
      </fieldset>
      <div class="readout">
        ${names.map(
          (name, i) => html`<span
            >${runName(i, name)}
            <span class="values">${results.training} ${number(i, 'loss')} · ${results.validation} ${number(i, 'validation_loss')}</span></span
          >`,
        )}
      </div>
      ${drawn.missing.length > 0 ? html`<p class="missing">${own.noCurve(drawn.missing.map((run) => names[run]!))}</p>` : nothing}
      <div class="chart"><div class="plot" role="img" aria-label=${[`${results.loss} (${results.lossUnit}).`, ...lines].join(' ')}></div></div>
    </tinyai-figure>`;
  }

  private metric(run: number, name: string): Metric | undefined {
    const { entry, index } = this.runs[run]!;
    return entry.result?.runs[index]?.metrics[name];
  }

  private said(run: number, name: string): string {
    const metric = this.metric(run, name);
    return metric ? this.words.format.loss(metric.value) : '–';
  }

  protected override willUpdate(): void {
    const { series, missing } = curves(this.runs, this.axis);
    const none = this.runs.map(() => null);
    const training = (series.get('loss') ?? none).map(smoothed);
    const validation = series.get('validation_loss') ?? none;
    const { x, ys } = aligned([...training, ...validation]);
    this.drawn = { x, training: ys.slice(0, this.runs.length), validation: ys.slice(this.runs.length), missing };
  }

  protected override key(): string {
    return JSON.stringify([namesOf(this.runs), this.axis, this.words.language]);
  }

  protected override columns(): uPlot.AlignedData {
    const { x, training, validation } = this.drawn;
    return [x, ...training.flatMap((column, run) => [column, validation[run]!])];
  }

  protected override build(plot: HTMLElement): uPlot {
    const { own, words } = this;
    const { root, font, axis } = this.looks();
    const labels = namesOf(this.runs).map((name) => `${shortened(name)} ${words.format.loss(10)}`);
    const room = Math.max(50, widest(labels, `600 ${font}`));
    const options: uPlot.Options = {
      ...this.size(),
      padding: [12, LABEL_GAP + room + LABEL_END, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, Math.max(Number.MIN_VALUE, this.drawn.x.at(-1) ?? 1)] }, y: { range: () => this.heights() } },
      axes: [
        { ...axis, label: own.axisLabels[this.axis], labelSize: root * 1.5, size: root * 2, values: (_, ticks) => ticks.map((tick) => words.format.short(tick)) },
        { ...axis, label: words.messages.results.lossUnit, labelSize: root * 1.6, size: root * 2.9 },
      ],
      series: [{}, ...this.runs.flatMap((_, run) => this.series(run))],
      hooks: { draw: [(chart) => this.drawEnds(chart, `600 ${font}`)] },
    };
    return new uPlot(options, this.columns(), plot);
  }

  private series(run: number): uPlot.Series[] {
    const stroke = this.resolved(`var(--run-${run % 8})`);
    const line = { stroke, dash: dash(run), spanGaps: true };
    return [
      { ...line, width: 1.3, alpha: 0.85, points: { show: false } },
      { ...line, width: 2.6, points: { show: true, size: 7, stroke, fill: this.resolved('var(--paper)'), width: 2 } },
    ];
  }

  private heights(): [number, number] {
    const { training, validation } = this.drawn;
    const ends = [...training, ...validation].flatMap((column) => extent(column.filter((value) => value !== null)) ?? []);
    const [low, high] = extent(ends) ?? [0, 1];
    const margin = Math.max(0.02, (high - low) * 0.08);
    return [Math.max(0, low - margin), high + margin];
  }

  private drawEnds(chart: uPlot, font: string): void {
    const names = namesOf(this.runs);
    const labels = this.runs.flatMap((_, run): EndLabel[] => {
      const { x, training, validation } = this.drawn;
      const name = last(validation[run]!) === null ? 'loss' : 'validation_loss';
      const column = (name === 'loss' ? training : validation)[run]!;
      const at = column.findLastIndex((value) => value !== null);
      if (at < 0) return [];
      return [
        {
          x: chart.valToPos(x[at]!, 'x', true) / devicePixelRatio + LABEL_GAP,
          y: chart.valToPos(column[at]!, 'y', true) / devicePixelRatio,
          text: `${shortened(names[run]!)} ${this.said(run, name)}`,
          colour: this.resolved(`var(--run-${run % 8})`),
        },
      ];
    });
    const { top, height } = chart.bbox;
    drawLabels(chart, spread(labels, 17, top / devicePixelRatio, (top + height) / devicePixelRatio), font, this.resolved('var(--paper)'));
  }
}

/** A curve as charts draw training losses; what is no number has no part in it. */
function smoothed(curve: Curve | null): Curve | null {
  if (!curve) return null;
  const points = curve.x.flatMap((x, i) => (curve.y[i] === null ? [] : [[x, curve.y[i]!] as const]));
  return { x: points.map(([x]) => x), y: smooth(points.map(([, y]) => y)) };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-comparison-curves': ComparisonCurves;
  }
}

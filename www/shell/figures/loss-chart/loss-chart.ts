import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { shared } from '../../../kit/base.css';
import { references } from '../../store/experiment-view';
import { trainingLoss } from '../../store/statistics';
import { drawLabels, drawReference, spread, widest, type EndLabel } from '../../../kit/chart/labels';
import { lineChart } from '../../../kit/chart/line-chart.css';
import '../../../kit/figure/figure';
import { measured, quantityStyles } from '../quantity';
import { colour, dash, runName } from '../run-mark';
import { drawBranch } from './branch';
import { chartData, type ChartData } from './curves';
import { PointChart } from './point-chart';
import { styles } from './loss-chart.css';

/** Room between a line's end and its label, and beyond it, in CSS pixels. */
const LABEL_GAP = 10;
const LABEL_END = 4;
/** Longer names are cut short at their lines' ends. */
const LONGEST_NAME = 9;
const LONGEST_PARENT = 6;

const shortened = (name: string, longest = LONGEST_NAME): string => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);

/** Loss curves of all runs, drawn while they grow. */
@customElement('tinyai-loss-chart')
export class LossChart extends PointChart {
  static override styles = [shared, lineChart, quantityStyles, styles];

  /** Column under the pointer; null: show the last values. */
  @state() private pointed: number | null = null;

  protected override data: ChartData = chartData(null, 1);

  /** What the curves are drawn beside. */
  private beside(): 'plain' | 'base' | 'frequencies' {
    const view = this.store.runner.view;
    const [first] = view ? references(view) : [];
    if (!first) return 'plain';
    return first.what === 'base' ? 'base' : 'frequencies';
  }

  override render() {
    const text = this.words.messages.results;
    const runs = this.store.runner.view?.runs ?? [];
    return html`
      <tinyai-figure .number=${text.figure(1)} .heading=${text.loss} .caption=${text.lossCaption[this.beside()]}>
        <div class="readout">
          ${runs.map((run, i) => this.renderReadout(run.name, i))}
          <span class="key">
            <svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke-width="1.2" /></svg>${text.lossKeyTraining}
            <svg width="26" height="8" aria-hidden="true"><line x1="0" y1="4" x2="26" y2="4" stroke-width="2.6" /><circle cx="13" cy="4" r="3.4" /></svg>${text.lossKeyValidation}
          </span>
        </div>
        <div class="chart">
          <div
            class="plot"
            role="img"
            aria-label=${this.summary()}
            @pointerdown=${this.pressed}
            @pointermove=${this.moved}
            @pointerup=${this.released}
            @pointercancel=${this.released}
          ></div>
          ${this.renderHandle()} ${this.store.runner.view ? '' : html`<p class="empty">${text.empty}</p>`}
        </div>
        ${this.renderPoint()}
      </tinyai-figure>
    `;
  }

  private renderReadout(name: string, run: number) {
    const text = this.words.messages.results;
    return html`<span>${runName(run, name)} <span class="values">${text.training} ${this.renderNumber(run, 'loss')} · ${text.validation} ${this.renderNumber(run, 'validation_loss')}</span></span>`;
  }

  /** A loss of a run at its end or, where the pointer is, at the last step until there. */
  private renderNumber(run: number, name: 'loss' | 'validation_loss') {
    const view = this.store.runner.view!.runs[run]!;
    if (this.pointed === null) {
      const metric = view.figure(name);
      return metric ? measured(this.words, view.name, name, metric) : '–';
    }
    const columns = this.data.runs[run];
    if (name === 'validation_loss') return this.last(columns?.validation.slice(0, this.pointed + 1), columns?.unmeasured);
    return this.said(trainingLoss(view.curve('loss'), this.data.steps[this.pointed]));
  }

  private summary(): string {
    const text = this.words.messages.results;
    const runs = this.store.runner.view?.runs ?? [];
    const lines = runs.map((run) => text.chartSummary(run.name, this.said(run.figure('loss')?.value), this.said(run.figure('validation_loss')?.value)));
    return [`${text.loss} (${text.lossUnit}).`, ...lines].join(' ');
  }

  /** The last value of a column, but that of the step at which it was not measured. */
  private last(column: (number | null)[] | undefined, unmeasured: number | null = null): string {
    return this.said(column?.findLast((value, i) => value !== null && this.data.steps[i] !== unmeasured));
  }

  private said(value: number | null | undefined): string {
    return value == null ? '–' : this.format.loss(value);
  }

  protected override willUpdate(): void {
    const { editor, runner } = this.store;
    const { view } = runner;
    this.data = chartData(view, Math.max(1, ...editor.spec.runs.map((_, i) => editor.config(i).training.steps)));
    this.keepPoint();
  }

  protected override key(): string {
    return JSON.stringify([this.store.runner.view?.runs.map(({ name }) => name), this.words.language, [...this.store.past]]);
  }

  protected override build(plot: HTMLElement): uPlot {
    return (this.drawn = new uPlot(this.options(this.store.runner.view?.runs.length ?? 0), this.columns(), plot));
  }

  protected override columns(): uPlot.AlignedData {
    const { steps, runs } = this.data;
    return [steps, ...runs.flatMap(({ raw, smoothed, validation }) => [raw, smoothed, validation])];
  }

  private options(runs: number): uPlot.Options {
    const text = this.words.messages.results;
    const { root, font, axis } = this.looks();
    const names = Array.from({ length: runs }, (_, run) => this.label(run));
    const room = Math.max(50, widest(names.map((name) => `${name} ${this.format.loss(10)}`), `600 ${font}`));
    return {
      ...this.size(),
      padding: [12, LABEL_GAP + room + LABEL_END, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: () => [0, this.data.last] },
        y: { range: () => this.heights() },
      },
      axes: [
        { ...axis, label: text.step, labelSize: root * 1.5, size: root * 2 },
        { ...axis, label: text.lossUnit, labelSize: root * 1.6, size: root * 2.9, values: (_, ticks) => ticks.map((tick) => (this.data.steps.length > 0 ? String(+tick.toFixed(2)) : '')) },
      ],
      series: [{}, ...Array.from({ length: runs }, (_, run) => this.series(run)).flat()],
      hooks: {
        drawAxes: [(chart) => this.drawReferences(chart, font)],
        draw: [(chart) => this.drawBranches(chart), (chart) => this.drawEnds(chart, `600 ${font}`), (chart) => this.place(chart)],
        setCursor: [(chart) => (this.pointed = chart.cursor.idx ?? null)],
      },
    };
  }

  /** Raw, smoothed and validation curve of a run. */
  private series(run: number): uPlot.Series[] {
    const stroke = this.ink(run);
    const line = { stroke, dash: dash(run), spanGaps: true };
    return [
      { ...line, dash: [], width: 1, alpha: 0.22, points: { show: false } },
      { ...line, width: 1.3, alpha: 0.85, points: { show: false } },
      { ...line, width: 2.6, points: { show: true, size: 7, stroke, fill: this.resolved('var(--paper)'), width: 2, filter: () => this.measured(run) } },
    ];
  }

  /** Indices of the steps after which a run's validation loss was measured. */
  private measured(run: number): number[] {
    const { runs, steps } = this.data;
    return runs[run]?.validation.flatMap((value, i) => (value !== null && steps[i] !== runs[run]!.unmeasured ? [i] : [])) ?? [];
  }

  /** The colour of a run, now: what greys it around this chart may be drawn after it. */
  private ink(run: number): string {
    return this.resolved(this.store.past.has(run) ? 'var(--ink-2)' : colour(run));
  }

  private heights(): [number, number] {
    const { low, high } = this.data;
    const margin = Math.max(0.02, (high - low) * 0.08);
    return [Math.max(0, low - margin), high + margin];
  }

  private drawReferences(chart: uPlot, font: string): void {
    if (!this.store.runner.view) return;
    const colour = this.resolved('var(--ink-2)');
    const { baseModel, unigram, bigram } = this.words.messages.results;
    for (const { what, loss } of references(this.store.runner.view)) {
      const y = chart.valToPos(loss, 'y', true) / devicePixelRatio;
      const name = { base: baseModel, unigram, bigram }[what];
      drawReference(chart, y, `${name} ${this.format.loss(loss)}`, colour, font, this.resolved('var(--paper)'));
    }
  }

  private drawBranches(chart: uPlot): void {
    this.data.runs.forEach(({ branch }, run) => {
      if (!branch) return;
      const [x, y] = [chart.valToPos(branch.step, 'x', true), chart.valToPos(branch.loss, 'y', true)];
      drawBranch(chart, x, y, this.ink(run), this.resolved('var(--paper)'));
    });
  }

  /** A run's name at the end of its line: of a fork that has no name of its own, its step rather than the rest of its run's. */
  private label(run: number): string {
    const { view } = this.store.runner;
    const { name = '', from = 0 } = view?.runs[run] ?? {};
    const parent = view?.runs[view.parentOf(run)];
    const { form, results } = this.words.messages;
    if (!parent || name !== form.forkName(parent.name, from)) return shortened(name);
    return results.forkShort(shortened(parent.name, LONGEST_PARENT), String(from));
  }

  private drawEnds(chart: uPlot, font: string): void {
    const labels = this.data.runs.flatMap((columns, run): EndLabel[] => {
      const validated = columns.validation.some((value) => value !== null);
      const column = validated ? columns.validation : columns.smoothed;
      const at = column.findLastIndex((value) => value !== null);
      if (at < 0) return [];
      return [
        {
          x: chart.valToPos(this.data.steps[at]!, 'x', true) / devicePixelRatio + LABEL_GAP,
          y: chart.valToPos(column[at]!, 'y', true) / devicePixelRatio,
          text: `${this.label(run)} ${this.said(validated ? column[at] : this.store.runner.view?.runs[run]?.figure('loss')?.value)}`,
          colour: this.ink(run),
        },
      ];
    });
    const { top, height } = chart.bbox;
    const halo = this.resolved('var(--paper)');
    drawLabels(chart, spread(labels, 17, top / devicePixelRatio, (top + height) / devicePixelRatio), font, halo);
  }
}

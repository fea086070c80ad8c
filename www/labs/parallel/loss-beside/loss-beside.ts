import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import uPlot from 'uplot';
import { shared } from '../../../kit/base.css';
import { drawLabels, spread, widest, type EndLabel } from '../../../kit/chart/labels';
import { lineChart } from '../../../kit/chart/line-chart.css';
import '../../../kit/figure/figure';
import { LabChart } from '../../../shell/elements/lab-element';
import { colour, dash, runName } from '../../../shell/figures/run-mark';
import { beside, largestDifference, type Beside } from '../losses';
import { ownText } from '../text/own';
import { viewOf, type Line } from '../view';
import { styles } from './loss-beside.css';

/** Room between a line's end and its label, and beyond it, in CSS pixels. */
const LABEL_GAP = 10;
const LABEL_END = 4;

const NONE = { steps: [], values: [] };

/** The loss on several ranks drawn over that on one rank, and how far they are apart at most. */
@customElement('tinyai-loss-beside')
export class LossBeside extends LabChart {
  static override styles = [shared, lineChart, styles];

  private data: Beside = beside(NONE, NONE);

  override render() {
    const text = ownText(this.words).loss;
    const { results } = this.words.messages;
    const lines = this.lines.flatMap(({ line, values }) => (line ? { ...line, last: this.last(values) } : []));
    const summary = lines.map(({ name, last }) => text.summary(name, last)).join(' ');
    return html`
      <tinyai-figure .number=${results.figure(2)} .heading=${text.title} .caption=${text.caption}>
        <div class="readout">
          ${lines.map(({ name, run, last }) => html`<span>${runName(run, name)} <span class="value">${last}</span></span>`)}
          <b>${this.difference()}</b>
        </div>
        <div class="chart">
          <div class="plot" role="img" aria-label=${`${text.title}. ${summary} ${this.difference()}`}></div>
          ${this.data.steps.length > 0 ? nothing : html`<p class="empty">${text.empty}</p>`}
        </div>
      </tinyai-figure>
    `;
  }

  protected override willUpdate(): void {
    const { alone, measured } = viewOf(this.store);
    this.data = beside(alone?.curve('loss') ?? NONE, measured?.curve('loss') ?? NONE);
  }

  /** One rank below, several above; a line is null where there is no such run. */
  private get lines(): { line: Line | null; values: (number | null)[] }[] {
    const { alone, mesh } = viewOf(this.store).lines;
    return [
      { line: alone, values: this.data.alone },
      { line: mesh, values: this.data.mesh },
    ];
  }

  private last(column: (number | null)[]): string {
    const value = column.findLast((value) => value !== null);
    return value == null ? '–' : this.format.loss(value);
  }

  private difference(): string {
    const text = ownText(this.words).loss;
    const largest = largestDifference(this.data);
    if (!largest) return '';
    return largest.relative === 0 ? text.same : text.difference(this.format.relative(largest.relative), largest.step);
  }

  private get steps(): number {
    return viewOf(this.store).spec.training.steps;
  }

  protected override key(): string {
    return JSON.stringify([this.words.language, this.lines.map(({ line }) => line)]);
  }

  protected override columns(): uPlot.AlignedData {
    const { steps, alone, mesh } = this.data;
    return [steps, alone, mesh];
  }

  protected override build(plot: HTMLElement): uPlot {
    const text = this.words.messages.results;
    const { root, font, axis } = this.looks();
    const lines = this.lines.map(({ line }) => line);
    const room = widest(lines.map((line) => `${line?.name ?? ''} ${this.format.loss(10)}`), `600 ${font}`);
    const looks = (line: Line | null | undefined) => ({ stroke: this.resolved(colour(line?.run ?? 0)), points: { show: false }, spanGaps: true });
    const options: uPlot.Options = {
      ...this.size(),
      padding: [12, LABEL_GAP + room + LABEL_END, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, Math.max(2, this.steps)] }, y: { range: (_, low, high) => heights(low, high) } },
      axes: [
        { ...axis, label: text.step, labelSize: root * 1.5, size: root * 2, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] },
        { ...axis, label: text.lossUnit, labelSize: root * 1.6, size: root * 2.9, values: (chart, ticks) => ticks.map((tick) => (chart.data[0].length > 0 ? String(+tick.toFixed(2)) : '')) },
      ],
      // A broad band below, a thin dashed line on it, so that both show where they coincide.
      series: [{}, { ...looks(lines[0]), width: 6, alpha: 0.45 }, { ...looks(lines[1]), width: 2.2, dash: dash(1) }],
      hooks: { draw: [(chart) => this.drawEnds(chart, `600 ${font}`)] },
    };
    return new uPlot(options, this.columns(), plot);
  }

  private drawEnds(chart: uPlot, font: string): void {
    const labels = this.lines.flatMap(({ line, values }): EndLabel[] => {
      const at = values.findLastIndex((value) => value !== null);
      if (!line || at < 0) return [];
      return [
        {
          x: chart.valToPos(this.data.steps[at]!, 'x', true) / devicePixelRatio + LABEL_GAP,
          y: chart.valToPos(values[at]!, 'y', true) / devicePixelRatio,
          text: `${line.name} ${this.format.loss(values[at]!)}`,
          colour: this.resolved(colour(line.run)),
        },
      ];
    });
    const { top, height } = chart.bbox;
    drawLabels(chart, spread(labels, 18, top / devicePixelRatio, (top + height) / devicePixelRatio), font, this.resolved('var(--paper)'));
  }
}

/** A range around the losses; something to draw axes for while there are none. */
function heights(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const margin = Math.max(0.02, (high - low) * 0.08);
  return [Math.max(0, low - margin), high + margin];
}

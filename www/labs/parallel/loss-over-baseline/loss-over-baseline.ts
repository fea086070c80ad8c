import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import uPlot from 'uplot';
import { loss, relative } from '../../i18n/format';
import { LanguageController, messages } from '../../i18n/locale';
import { largestDifference } from '../../parallel/measured';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import { ChartElement } from '../../kit/chart/chart-element';
import { drawLabels, spread, widest, type EndLabel } from '../../kit/chart/labels';
import { lineChart } from '../../kit/chart/line-chart.css';
import '../../kit/figure/figure';
import { runName } from '../run-mark';
import { WorkbenchController } from '../../workbench/workbench-controller';
import { styles } from './loss-over-baseline.css';

/** Room between a line's end and its label, and beyond it, in CSS pixels. */
const LABEL_GAP = 10;
const LABEL_END = 4;
/** The marks of the two lines: a broad band below, a thin dashed line on it, so that both show where they coincide. */
const ONE_RANK = 0;
const MESH = 1;

/** The mesh's loss drawn over that of one rank, and how far they are apart at most. */
@customElement('loss-over-baseline')
export class LossOverBaseline extends ChartElement {
  static override styles = [shared, lineChart, styles];

  @property({ attribute: false }) bench!: ParallelWorkbench;

  constructor() {
    super();
    new LanguageController(this);
    new WorkbenchController(this);
  }

  override render() {
    const text = messages().parallel.loss;
    const { steps, baseline } = this.bench.session;
    const last = (values: number[] | undefined): string => (values?.length ? loss(values.at(-1)!) : '–');
    const [mesh, alone] = [last(steps.map((step) => step.loss)), last(baseline?.losses)];
    return html`
      <tinyai-figure .number=${messages().results.figure(2)} .heading=${text.title} .caption=${text.caption}>
        <div class="readout">
          <span>${runName(ONE_RANK, text.oneRank)} <span class="value">${alone}</span></span>
          <span>${runName(MESH, text.mesh)} <span class="value">${mesh}</span></span>
          <b>${this.difference()}</b>
        </div>
        <div class="chart">
          <div class="plot" role="img" aria-label=${`${text.title}. ${text.summary(mesh, alone)} ${this.difference()}`}></div>
          ${steps.length > 0 || baseline ? nothing : html`<p class="empty">${text.empty}</p>`}
        </div>
      </tinyai-figure>
    `;
  }

  private difference(): string {
    const text = messages().parallel.loss;
    const { steps, baseline } = this.bench.session;
    const largest = largestDifference(steps, baseline);
    if (!largest) return '';
    return largest.relative === 0 ? text.same : text.difference(relative(largest.relative), largest.step);
  }

  private get planned(): number {
    return (this.bench.ran ?? this.bench).spec.training.steps;
  }

  protected override key(): string {
    return messages().languageTag;
  }

  protected override columns(): uPlot.AlignedData {
    const { steps, baseline } = this.bench.session;
    const length = Math.max(steps.length, baseline?.losses.length ?? 0);
    const at = Array.from({ length }, (_, i) => i + 1);
    return [at, at.map((_, i) => baseline?.losses[i] ?? null), at.map((_, i) => steps[i]?.loss ?? null)];
  }

  protected override build(plot: HTMLElement): uPlot {
    const text = messages().results;
    const { root, font, axis } = this.looks();
    const { loss: own } = messages().parallel;
    const room = widest([own.oneRank, own.mesh].map((name) => `${name} ${loss(10)}`), `600 ${font}`);
    const line = (run: number) => ({ stroke: this.resolved(`var(--run-${run})`), points: { show: false } });
    const options: uPlot.Options = {
      ...this.size(),
      padding: [12, LABEL_GAP + room + LABEL_END, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, Math.max(2, this.planned)] }, y: { range: (_, low, high) => heights(low, high) } },
      axes: [
        { ...axis, label: text.step, labelSize: root * 1.5, size: root * 2, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] },
        { ...axis, label: text.lossUnit, labelSize: root * 1.6, size: root * 2.9, values: (chart, ticks) => ticks.map((tick) => (chart.data[0].length > 0 ? String(+tick.toFixed(2)) : '')) },
      ],
      series: [{}, { ...line(ONE_RANK), width: 6, alpha: 0.45 }, { ...line(MESH), width: 2.2, dash: [7, 4] }],
      hooks: { draw: [(chart) => this.drawEnds(chart, `600 ${font}`)] },
    };
    return new uPlot(options, this.columns(), plot);
  }

  private drawEnds(chart: uPlot, font: string): void {
    const text = messages().parallel.loss;
    const labels = [text.oneRank, text.mesh].flatMap((name, run): EndLabel[] => {
      const column = chart.data[run + 1]!;
      const at = column.findLastIndex((value) => value != null);
      if (at < 0) return [];
      return [
        {
          x: chart.valToPos(at + 1, 'x', true) / devicePixelRatio + LABEL_GAP,
          y: chart.valToPos(column[at]!, 'y', true) / devicePixelRatio,
          text: `${name} ${loss(column[at]!)}`,
          colour: this.resolved(`var(--run-${run})`),
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

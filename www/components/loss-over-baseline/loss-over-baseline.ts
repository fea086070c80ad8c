import { html, nothing, unsafeCSS } from 'lit';
import { customElement } from 'lit/decorators.js';
import uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import { loss, relative } from '../../i18n/format';
import { messages } from '../../i18n/locale';
import { largestDifference } from '../../parallel/measured';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { shared } from '../../kit/base.css';
import { ChartElement } from '../chart/chart-element';
import { drawLabels, spread, type EndLabel } from '../chart/labels';
import { lineChart } from '../chart/line-chart.css';
import { runName } from '../run-mark';
import { styles } from './loss-over-baseline.css';

/** Room at the right for the labels at the lines' ends, in CSS pixels. */
const LABEL_ROOM = 128;
const NARROW_LABEL_ROOM = 116;
/** The marks of the two lines: a broad band below, a thin dashed line on it, so that both show where they coincide. */
const ONE_RANK = 0;
const MESH = 1;

/** The mesh's loss drawn over that of one rank, and how far they are apart at most. */
@customElement('loss-over-baseline')
export class LossOverBaseline extends ChartElement<ParallelWorkbench> {
  static override styles = [shared, unsafeCSS(uPlotStyles), lineChart, styles];

  override render() {
    const text = messages().parallel.loss;
    const { steps, baseline } = this.bench.session;
    const last = (values: number[] | undefined): string => (values?.length ? loss(values.at(-1)!) : '–');
    const [mesh, alone] = [last(steps.map((step) => step.loss)), last(baseline?.losses)];
    return html`
      <figure>
        <figcaption class="caption">
          <span class="number">${messages().results.figure(2)}</span>
          <h2>${text.title}</h2>
          <p>${text.caption}</p>
        </figcaption>
        <div class="readout">
          <span>${runName(ONE_RANK, text.oneRank)} <span class="value">${alone}</span></span>
          <span>${runName(MESH, text.mesh)} <span class="value">${mesh}</span></span>
          <b>${this.difference()}</b>
        </div>
        <div class="plot" role="img" aria-label=${`${text.title}. ${text.summary(mesh, alone)} ${this.difference()}`}></div>
        ${steps.length > 0 || baseline ? nothing : html`<p class="empty">${text.empty}</p>`}
      </figure>
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
    const narrow = this.size().width < 560;
    const line = (run: number) => ({ stroke: this.resolved(`var(--run-${run})`), points: { show: false } });
    const options: uPlot.Options = {
      ...this.size(),
      padding: [12, narrow ? NARROW_LABEL_ROOM : LABEL_ROOM, 0, 0],
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
          x: chart.valToPos(at + 1, 'x', true) / devicePixelRatio + 10,
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

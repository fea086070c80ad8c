import { html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { ChartCurve } from '../../../kit/chart/curves';
import '../../../kit/chart/line-chart';
import type { LineChart } from '../../../kit/chart/line-chart';
import '../../../kit/figure/figure';
import { colour, dash } from '../../../shell/figures/run-mark';
import type { RunView } from '../../../shell/store/run-view';
import { largestDifference } from '../losses';
import { ParallelElement } from '../parallel-element';
import type { Line } from '../view';
import { styles } from './loss-beside.css';

const NONE = { steps: [], values: [] };

/** The loss on several ranks drawn over that on one rank, and how far they are apart at most. */
@customElement('tinyai-loss-beside')
export class LossBeside extends ParallelElement {
  static override styles = [shared, styles];

  @query('tinyai-line-chart') private readonly chart!: LineChart;
  private readonly files = { svg: () => this.chart.svg(), csv: () => this.chart.csv() };

  override render() {
    const { own, view, format } = this;
    const { results } = this.text;
    const { alone, mesh } = view.lines;
    // A broad band below, a thin dashed line on it, so that both show where they coincide.
    const curves = [...curve(alone, view.alone, { width: 6, alpha: 0.45 }), ...curve(mesh, view.measured, { width: 2.2 }, dash(1))];
    return html`
      <tinyai-figure name="loss" .number=${results.figure(2)} .heading=${own.loss.title} .caption=${own.loss.caption} .files=${this.files}>
        <tinyai-line-chart
          whole
          .label=${own.loss.title}
          .curves=${curves}
          .nameX=${results.step}
          .nameY=${results.lossUnit}
          .rangeX=${[0, Math.max(2, view.spec.training.steps)]}
          .formatX=${format.count}
          .formatY=${format.loss}
          .sayX=${this.step}
          .empty=${own.loss.empty}
          .remark=${this.difference()}
        ></tinyai-line-chart>
      </tinyai-figure>
    `;
  }

  private readonly step = (step: number): string => this.text.results.during(this.format.count(step));

  private difference(): string {
    const { view, own, format } = this;
    const largest = largestDifference(view.alone?.curve('loss') ?? NONE, view.measured?.curve('loss') ?? NONE);
    if (!largest) return '';
    return largest.relative === 0 ? own.loss.same : own.loss.difference(format.relative(largest.relative), largest.step);
  }
}

function curve(line: Line | null, run: RunView | null, looks: { width: number; alpha?: number }, pattern: number[] = []): ChartCurve[] {
  if (!line) return [];
  const { steps, values } = run?.curve('loss') ?? NONE;
  return [{ name: line.name, colour: colour(line.run), dash: pattern, series: [{ name: '', style: 'line', x: steps, y: values, ...looks }] }];
}

import { ContextConsumer } from '@lit/context';
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import type { ChartCurve } from '../../../kit/chart/curves';
import '../../../kit/chart/line-chart';
import type { LineChart } from '../../../kit/chart/line-chart';
import { halfWidth, smooth } from '../../../kit/chart/smooth';
import '../../../kit/figure/figure';
import { DrawnBySignals } from '../../../kit/signals/drawn-by-signals';
import { curves, type Axis, type Curve } from '../../../shell/compare';
import { colour, dash } from '../../../shell/figures/run-mark';
import { trainingLoss } from '../../../shell/store/statistics';
import { wordsContext, type Words } from '../../../shell/text/words';
import type { LibraryText } from '../text';
import { identityOf, namesOf, type Compared } from './compared';

const AXES: readonly Axis[] = ['step', 'tokens', 'time'];
/** Longer names are cut short at their lines' ends. */
const LONGEST_NAME = 12;

const shortened = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

/** Losses of any runs, over what is chosen. */
@customElement('tinyai-comparison-curves')
export class ComparisonCurves extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        margin-top: var(--space-5);
      }

      .axes {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        margin: 0;
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

      .missing {
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly Compared[] = [];
  @state() private axis: Axis = 'step';

  @query('tinyai-line-chart') private readonly chart!: LineChart;
  private readonly provided = new ContextConsumer(this, { context: wordsContext, subscribe: true });
  private readonly signals = new DrawnBySignals(this);
  private readonly files = { svg: () => this.chart.svg(), csv: () => this.chart.csv() };
  private drawn: { raw: Columns[]; training: Columns[]; validation: Columns[]; missing: readonly number[] } = { raw: [], training: [], validation: [], missing: [] };

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  private get words(): Words {
    return this.provided.value!;
  }

  private get own(): LibraryText {
    return this.words.lab.own as LibraryText;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('runs') && !changed.has('axis')) return;
    const { series, missing } = curves(this.runs, this.axis);
    const none = this.runs.map(() => null);
    const columns = (name: string): Columns[] => (series.get(name) ?? none).map(columnsOf);
    const raw = columns('loss');
    this.drawn = { raw, training: raw.map(smoothed), validation: columns('validation_loss'), missing };
  }

  override render() {
    const { own, words, drawn, axis } = this;
    const names = namesOf(this.runs);
    const { results } = words.messages;
    const seconds = axis === 'time';
    return html`<tinyai-figure name="curves" .number=${results.figure(1)} .heading=${own.curves} .caption=${own.curvesCaption} .files=${this.files}>
      <fieldset class="axes" slot="actions">
        ${own.axis}
        ${AXES.map((each) => html`<label><input type="radio" name="axis" .checked=${each === axis} @change=${() => (this.axis = each)} /> ${own.axes[each]}</label>`)}
      </fieldset>
      ${drawn.missing.length > 0 ? html`<p class="missing">${own.noCurve(drawn.missing.map((run) => names[run]!))}</p>` : nothing}
      <tinyai-line-chart
        ?whole=${!seconds}
        .label=${results.loss}
        .curves=${names.map((name, run) => this.curve(name, run))}
        .nameX=${own.axisLabels[axis]}
        .nameY=${results.lossUnit}
        .formatX=${seconds ? words.format.short : words.format.count}
        .formatY=${words.format.loss}
        .sayX=${this.place}
      ></tinyai-line-chart>
    </tinyai-figure>`;
  }

  private readonly place = (x: number): string => {
    const { format, messages } = this.words;
    if (this.axis === 'step') return messages.results.during(format.count(x));
    return `${(this.axis === 'time' ? format.short : format.count)(x)} ${this.own.axisUnits[this.axis]}`;
  };

  private curve(name: string, run: number): ChartCurve {
    const { raw, training, validation } = this.drawn;
    const { results } = this.words.messages;
    const { entry, index } = this.runs[run]!;
    const { metrics = {} } = entry.result?.runs[index] ?? {};
    const quantity = (name: string): { quantity: string } => ({ quantity: `${identityOf(this.runs[run]!)}/${name}` });
    const { x: steps, y: values } = raw[run]!;
    return {
      name,
      end: shortened(name),
      colour: colour(run),
      dash: dash(run),
      series: [
        { ...training[run]!, name: results.training, style: 'line', width: 1.5, alpha: 0.9, key: results.lossKeyTraining, ...quantity('loss'), told: (x) => (x === null ? (metrics['loss']?.value ?? null) : trainingLoss({ steps, values }, x)) },
        { ...validation[run]!, name: results.validation, style: 'points', key: results.lossKeyValidation, ...quantity('validation_loss') },
      ],
    };
  }
}

interface Columns {
  x: number[];
  y: number[];
}

const columnsOf = (curve: Curve | null): Columns => ({ x: [...(curve?.x ?? [])], y: curve?.y.map((value) => value ?? NaN) ?? [] });

/** A curve as charts draw training losses. */
const smoothed = ({ x, y }: Columns): Columns => ({ x, y: [...smooth(y, halfWidth(y.length))] });

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-comparison-curves': ComparisonCurves;
  }
}

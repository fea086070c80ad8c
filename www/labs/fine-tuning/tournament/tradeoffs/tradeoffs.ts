import { css, html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/chart/scatter/scatter-chart';
import type { ScatterChart } from '../../../../kit/chart/scatter/scatter-chart';
import type { ScatterAxis, ScatterPoint } from '../../../../kit/chart/scatter/scene';
import '../../../../kit/figure/figure';
import { colour, shape } from '../../../../shell/figures/run-mark';
import { metricName } from '../../../../shell/text/values';
import { known, measure, measured, MEASURES, teams, type Measure, type Team } from '../measures';
import { earlier, TournamentElement } from '../tournament-element';

/** Units that stand behind the name of an axis. */
const UNITS: Record<string, string> = { bytes: 'MiB', ms: 'ms', s: 's' };

/** Two measures of all methods against each other, with what nothing else is better than in both. */
@customElement('tinyai-tradeoffs')
export class Tradeoffs extends TournamentElement {
  static override styles = [
    shared,
    earlier,
    css`
      .axes {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
        padding-bottom: var(--space-2);
        font-size: var(--size-note);
      }

      label {
        display: inline-flex;
        gap: 0.5em;
        align-items: center;
        max-width: 100%;
        color: var(--ink-2);
      }

      select {
        min-width: 0;
        padding: calc(0.26 * var(--unit)) calc(0.45 * var(--unit));
        border: 1px solid var(--rule-strong);
        border-radius: 3px;
        background: var(--raised);
        color: var(--ink);
      }

      tinyai-scatter-chart {
        --chart-height: clamp(18rem, calc(100vh - 22rem), 34rem);
      }

      @media print {
        .axes {
          display: none;
        }
      }
    `,
  ];

  @state() private across = 'trainable_parameters';
  @state() private up = 'validation_loss';
  @query('tinyai-scatter-chart') private readonly chart!: ScatterChart;
  private readonly files = { svg: () => this.chart.svg(), csv: () => this.chart.csv() };

  override render() {
    const { own, store } = this;
    const { view } = store.runner;
    const all = view ? teams(view) : [];
    const there = known(all);
    const offered = MEASURES.filter(({ metric }) => there.some((one) => one.metric === metric) || metric === this.across || metric === this.up);
    const [across, up] = [measure(this.across), measure(this.up)];
    return html`<tinyai-figure name="tradeoffs" .heading=${own.tradeoffs.heading} .caption=${own.tradeoffs.caption} .files=${this.files}>
      ${this.renderEqual()}
      <div class="axes">
        ${this.renderChoice(own.tradeoffs.up, offered, up, (metric) => (this.up = metric))} ${this.renderChoice(own.tradeoffs.across, offered, across, (metric) => (this.across = metric))}
      </div>
      <tinyai-scatter-chart
        .label=${`${own.tradeoffs.heading}: ${metricName(this.words, up.metric)}, ${metricName(this.words, across.metric)}`}
        .what=${own.standings.method}
        .points=${all.map((team) => this.point(team, across, up))}
        .axisX=${this.axis(across, all)}
        .axisY=${this.axis(up, all)}
        .empty=${own.tradeoffs.empty}
      ></tinyai-scatter-chart>
      ${all.some(({ runs }) => runs.length > 1) ? html`<p class="note">${own.tradeoffs.several}</p>` : ''}
    </tinyai-figure>`;
  }

  private renderChoice(label: string, offered: readonly Measure[], chosen: Measure, choose: (metric: string) => void) {
    return html`<label>
      ${label}
      <select .value=${live(chosen.metric)} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${offered.map(({ metric }) => html`<option value=${metric} ?selected=${metric === chosen.metric}>${metricName(this.words, metric)}</option>`)}
      </select>
    </label>`;
  }

  private point(team: Team, across: Measure, up: Measure): ScatterPoint {
    const [x, y] = [measured(team, across.metric), measured(team, up.metric)];
    const one = team.runs.length === 1;
    return {
      name: team.name,
      colour: this.store.past.has(team.first) ? 'var(--ink-2)' : colour(team.first),
      ...shape(team.first),
      x: x?.value ?? null,
      y: y?.value ?? null,
      rangeX: x?.range ?? null,
      rangeY: y?.range ?? null,
      // Of several seeds it is no run's.
      ...(one && { quantityX: `${team.name}/${across.metric}`, quantityY: `${team.name}/${up.metric}` }),
    };
  }

  private axis({ metric, log }: Measure, all: readonly Team[]): ScatterAxis {
    const unit = all.flatMap((team) => measured(team, metric) ?? [])[0]?.unit ?? '';
    const shown = unit.startsWith('nats') ? this.text.units.nats : (UNITS[unit] ?? '');
    const name = metricName(this.words, metric);
    return { name: shown ? `${name} (${shown})` : name, what: name, ...(unit === 'bytes' && { unit: 2 ** 20, head: `${name} (${this.text.units['bytes']})` }), log, format: (value) => this.valueText(metric, value, unit), tick: this.format.short };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-tradeoffs': Tradeoffs;
  }
}

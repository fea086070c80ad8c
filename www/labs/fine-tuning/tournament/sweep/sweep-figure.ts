import { css, html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/figure/figure';
import { colour } from '../../../../shell/figures/run-mark';
import { teams } from '../measures';
import { rateText } from '../rates';
import { TournamentElement } from '../tournament-element';
import { edgeOf } from './rounds';
import './sweep-chart';
import type { SweepChart } from './sweep-chart';

/** What each run's search for a learning rate tried. */
@customElement('tinyai-sweep-figure')
export class SweepFigure extends TournamentElement {
  static override styles = [
    shared,
    css`
      .note {
        padding-top: var(--space-1);
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  @query('tinyai-sweep-chart') private readonly chart!: SweepChart;
  private readonly files = { svg: () => this.chart.svg(), csv: () => this.chart.csv() };

  override render() {
    const { own, store, format } = this;
    const { view } = store.runner;
    // Runs of a method have its colour, whatever their seeds.
    const all = view ? teams(view).flatMap(({ first, runs }) => runs.map((run) => ({ run, first, index: view.runs.indexOf(run) }))) : [];
    const runs = all.sort((a, b) => a.index - b.index).filter(({ run }) => run.spec.training.search.candidates > 0);
    return html`<tinyai-figure name="sweep" .heading=${own.sweep.heading} .caption=${own.sweep.caption} .files=${this.files}>
      <tinyai-sweep-chart
        .label=${own.sweep.heading}
        .sweeps=${runs.map(({ run, first, index }) => ({ name: run.name, colour: store.past.has(index) ? 'var(--ink-2)' : colour(first), report: run.search }))}
        .words=${own.sweep}
        .stepsName=${own.standings.steps}
        .formatRate=${(rate: number) => rateText(rate, format)}
        .formatLoss=${format.loss}
      ></tinyai-sweep-chart>
      ${(['highest', 'lowest'] as const).map((which) => {
        const names = runs.flatMap(({ run }) => (run.search && edgeOf(run.search) === which ? run.name : []));
        return names.length === 0 ? nothing : html`<p class="note">${own.sweep.edge(which, names)}</p>`;
      })}
      ${runs.flatMap(({ run }) => {
        const { budget } = run;
        return budget ? html`<p class="note budget">${own.sweep.budget(run.name, format.duration(budget.seconds), format.count(budget.steps), `${format.three(budget.step_milliseconds)} ms`)}</p>` : [];
      })}
    </tinyai-figure>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-sweep-figure': SweepFigure;
  }
}

import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/figure/figure';
import { metricName } from '../../../../shell/text/values';
import { measured, teams, type Team } from '../measures';
import { deviation, margin } from '../noise';
import { earlier, TournamentElement } from '../tournament-element';
import { verdict } from './verdict';

/** Measures that another seed changes most of, whose margins are told. */
const TOLD = ['validation_loss', 'forgetting', 'duration'] as const;

/** What can be said of all methods, and from where on a difference is one. */
@customElement('tinyai-tournament-verdict')
export class VerdictFigure extends TournamentElement {
  static override styles = [
    shared,
    earlier,
    css`
      .says {
        max-width: 46em;
        padding-block: var(--space-1) var(--space-2);
        font-size: calc(1.1 * var(--size-text));
      }
    `,
  ];

  override render() {
    const { own, store } = this;
    const { view } = store.runner;
    const all = view ? teams(view) : [];
    const found = verdict(all);
    return html`<tinyai-figure name="conclusion" .heading=${own.verdict.heading}>
      ${this.renderEqual()}
      ${found === null
        ? html`<p class="note">${own.verdict.open}</p>`
        : html`<p class="says">
              ${own.verdict.says(
                found.beaten.map(({ teams, by, metric, better, values, unit }) => ({ names: teams.map(({ name }) => name), by: by.name, what: metricName(this.words, metric), better: this.valueText(metric, better, unit), theirs: values.map((value) => this.valueText(metric, value, unit)) })),
                found.unbeaten.map(({ name }) => name),
                found.measures,
              )}
            </p>
            <p class="note">${this.chance(all)}</p>`}
    </tinyai-figure>`;
  }

  /** From where on a difference is one, and where that comes from. */
  private chance(all: readonly Team[]): string {
    const { own, format } = this;
    const seeds = Math.min(...all.map(({ runs }) => runs.length));
    const there = TOLD.filter((metric) => all.some((team) => measured(team, metric) !== null));
    const found = there.map((metric) => {
      const of = deviation(all, metric);
      const from = margin(of, seeds);
      return { own: of.own, text: own.verdict.from(metricName(this.words, metric), of.relative ? format.wholePercent(Math.exp(from) - 1) : format.loss(from)) };
    });
    return own.verdict.chance(found.map(({ text }) => text), found.every((one) => one.own), seeds);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-tournament-verdict': VerdictFigure;
  }
}

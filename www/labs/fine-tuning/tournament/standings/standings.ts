import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { shared } from '../../../../kit/base.css';
import { tableCsv } from '../../../../kit/chart/csv';
import '../../../../kit/figure/figure';
import '../../../../kit/table/table';
import { tableStyles } from '../../../../kit/table/table.css';
import { quantity, quantityStyles } from '../../../../shell/figures/quantity';
import { runName } from '../../../../shell/figures/run-mark';
import { metricName } from '../../../../shell/text/values';
import { rateText } from '../rates';
import { measured, teams, type Spread } from '../measures';
import { deviation, margin } from '../noise';
import { earlier, TournamentElement } from '../tournament-element';
import { bests, COLUMNS, rows, type Column, type Order, type Row } from './rows';

/** A row for each method, with what it reached and what it cost. */
@customElement('tinyai-standings')
export class Standings extends TournamentElement {
  static override styles = [
    shared,
    tableStyles,
    quantityStyles,
    earlier,
    css`
      th button {
        font-weight: 600;
        text-align: inherit;
      }

      th button:hover {
        color: var(--seal-ink);
      }

      thead th {
        min-width: 5.5em;
        vertical-align: bottom;
      }

      tbody th[scope='row'] {
        min-width: 8em;
        font-weight: 400;
      }

      td {
        /* What is only read aloud scrolls with the table. */
        position: relative;
        white-space: nowrap;
      }

      td small {
        display: block;
      }

      .best {
        font-weight: 700;
      }

      .best::before {
        content: '★ ';
        color: var(--seal-ink);
        font-size: 0.8em;
      }

      .status {
        color: var(--ink-2);
        font-size: var(--size-small);
        white-space: nowrap;
      }
    `,
  ];

  @state() private order: Order = { by: 'validation_loss', down: false };
  private readonly files = { csv: () => this.csv() };

  /** Columns of which any method has something, and the table's rows. */
  private get table(): { columns: Column[]; all: Row[] } {
    const { view } = this.store.runner;
    const every = view ? teams(view) : [];
    const columns = COLUMNS.filter((column) => every.some((team) => column.of(team) !== null));
    return { columns, all: rows(every, columns, this.order, new Intl.Collator(this.text.languageTag).compare) };
  }

  override render() {
    const { own, order } = this;
    const { columns, all } = this.table;
    const every = all.map(({ team }) => team);
    const best = bests(every, columns);
    const forgetting = every.flatMap((team) => measured(team, 'forgetting') ?? []);
    const sorted = (id: string) => (order.by === id ? (order.down ? 'descending' : 'ascending') : nothing);
    return html`<tinyai-figure name="standings" .heading=${own.standings.heading} .caption=${own.standings.caption} .files=${this.files}>
      ${this.renderEqual()}
      <tinyai-table .label=${own.standings.heading}>
        <table>
          <thead>
            <tr>
              <th scope="col" aria-sort=${sorted('')}>${this.renderHead('', own.standings.method)}</th>
              ${columns.map((column) => html`<th scope="col" class="number" aria-sort=${sorted(column.id)}>${this.renderHead(column.id, this.nameOf(column))}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${all.map(
              ({ team, cells }) => html`<tr>
                <th scope="row">${runName(team.first, team.name)} ${this.renderStatus(team.runs)}</th>
                ${cells.map((cell, i) => this.renderCell(team.name, team.runs.length, columns[i]!, cell, best[i]!.has(team.first)))}
              </tr>`,
            )}
          </tbody>
        </table>
      </tinyai-table>
      ${forgetting.some(({ value }) => value < 0) ? html`<p class="note">${own.standings.gained(this.format.loss(margin(deviation(every, 'forgetting'), forgetting[0]!.seeds)))}</p>` : nothing}
      ${all.some(({ team }) => team.runs.length > 1) ? html`<p class="note">${own.standings.several}</p>` : nothing}
    </tinyai-figure>`;
  }

  private renderHead(id: string, name: string) {
    const { order, own } = this;
    const chosen = order.by === id;
    return html`<button type="button" title=${own.standings.sort(name)} @click=${() => (this.order = { by: id, down: chosen && !order.down })}>
      ${name}${chosen ? html`<span aria-hidden="true"> ${order.down ? '↓' : '↑'}</span>` : nothing}
    </button>`;
  }

  /** How far a method has come, until it has ended. */
  private renderStatus(runs: Row['team']['runs']) {
    const done = runs.filter(({ status }) => status === 'finished').length;
    if (done === runs.length) return nothing;
    return html`<span class="status">${runs.length === 1 ? this.text.results.status[runs[0]!.status] : this.own.standings.status(done, runs.length)}</span>`;
  }

  private renderCell(name: string, seeds: number, column: Column, cell: Spread | null, best: boolean) {
    if (!cell) return html`<td class="number">–</td>`;
    const { own } = this;
    const text = this.shown(column, cell.value, cell.unit);
    const number = seeds === 1 && column.best ? quantity(name, column.id, cell.value, text) : text;
    const range = cell.range && cell.range[0] !== cell.range[1] ? html`<small class="spread">${own.standings.range(this.shown(column, cell.range[0], cell.unit), this.shown(column, cell.range[1], cell.unit))}</small>` : nothing;
    return html`<td class="number"><span class=${best ? 'best' : ''}>${number}${best ? html`<span class="visually-hidden"> (${own.standings.best})</span>` : nothing}</span>${range}</td>`;
  }

  private shown({ id }: Column, value: number, unit: string): string {
    if (id === 'learning_rate') return rateText(value, this.format);
    return id === 'steps' ? this.format.count(value) : this.valueText(id, value, unit);
  }

  private nameOf({ id }: Column): string {
    return id === 'steps' ? this.own.standings.steps : metricName(this.words, id);
  }

  private csv(): string {
    const { own } = this;
    const { columns, all } = this.table;
    const unit = (column: number): string => all.flatMap(({ cells }) => cells[column] ?? [])[0]?.unit ?? '';
    const head = columns.map((column, i) => (unit(i) && column.best ? `${this.nameOf(column)} (${unit(i)})` : this.nameOf(column)));
    return tableCsv([own.standings.method, ...head], all.map(({ team, cells }) => [team.name, ...cells.map((cell) => cell?.value ?? null)]));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-standings': Standings;
  }
}

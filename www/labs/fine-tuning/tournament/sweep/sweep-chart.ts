import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../../../kit/base.css';
import { tableCsv } from '../../../../kit/chart/csv';
import { ElementPainter } from '../../../../kit/chart/element-painter';
import { toX, toY, type Frame } from '../../../../kit/chart/outline';
import type { Painter } from '../../../../kit/chart/painter';
import { PictureElement, type Sheet } from '../../../../kit/chart/picture-element';
import { axisOf, decimals, place, ticks, type Axis } from '../../../../kit/chart/scatter/axis';
import { paintMark } from '../../../../kit/chart/scatter/marks';
import '../../../../kit/table/table';
import { tableStyles } from '../../../../kit/table/table.css';
import type { SearchReport } from '../../../../types/search';
import type { FineTuningText } from '../../text/type';
import { rateTick } from '../rates';
import { byRate, fateOf, reach, rounds, type Fate } from './rounds';

/** The search of a run; null: it has not begun. */
export interface Sweep {
  name: string;
  /** A CSS colour. */
  colour: string;
  report: SearchReport | null;
}

/** Least width of a picture, and its height, in sizes of text. */
const [LEAST_WIDTH, HEIGHT, GAP] = [17, 13.5, 1.5];

/** A small picture each run: loss over the rates that were tried, a line for each round. */
@customElement('tinyai-sweep-chart')
export class SweepChart extends PictureElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      .plot {
        font-size: var(--size-small);
      }

      .plot > svg {
        display: block;
        width: 100%;
        height: auto;
        font-family: var(--sans);
      }

      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1.4em;
        padding-bottom: var(--space-2);
        color: var(--ink-2);
        font-size: var(--size-small);
      }

      .key span {
        display: inline-flex;
        gap: 0.45em;
        align-items: center;
      }

      details {
        margin-top: var(--space-1);
        color: var(--ink-2);
        font-size: var(--size-small);
      }

      summary {
        width: fit-content;
        cursor: pointer;
      }
    `,
  ];

  @property() override label = '';
  @property({ attribute: false }) sweeps: readonly Sweep[] = [];
  @property({ attribute: false }) words!: FineTuningText['sweep'];
  @property({ attribute: false }) formatRate: (rate: number) => string = String;
  @property({ attribute: false }) formatLoss: (loss: number) => string = String;

  @state() private tabled = false;

  private get reports(): SearchReport[] {
    return this.sweeps.flatMap(({ report }) => report ?? []);
  }

  // ---- What is said and saved

  protected summary(): string {
    return this.sweeps.map((sweep) => this.said(sweep)).join(this.text.chart.between);
  }

  private said({ name, report }: Sweep): string {
    const { words, formatRate, formatLoss } = this;
    const all = report ? byRate(report) : [];
    if (!report || all.length === 0) return this.text.chart.nothingYet(name);
    const droppedAfter = new Map<number, string[]>();
    for (const { learning_rate, dropped_after } of all) if (dropped_after !== null) droppedAfter.set(dropped_after, [...(droppedAfter.get(dropped_after) ?? []), formatRate(learning_rate)]);
    const dropped = [...droppedAfter].sort(([a], [b]) => a - b).map(([steps, rates]) => words.dropped(rates, String(steps)));
    const taken = all.find((candidate) => fateOf(candidate, report) === 'chosen');
    const last = taken?.losses.at(-1)?.[1];
    const found = taken && last !== undefined ? [words.found(formatRate(taken.learning_rate), formatLoss(last))] : [];
    return [words.tried(name, all.length, formatRate(all[0]!.learning_rate), formatRate(all.at(-1)!.learning_rate)), ...dropped, ...found].join(this.text.chart.between);
  }

  private fateText(fate: Fate, dropped: number | null): string {
    const { words } = this;
    if (fate === 'chosen') return words.chosen;
    return fate === 'dropped' && dropped !== null ? words.droppedAfter(String(dropped)) : fate === 'open' ? words.stillIn : '–';
  }

  csv(): string {
    const { words } = this;
    const rows = this.sweeps.flatMap(({ name, report }) =>
      report ? byRate(report).flatMap((candidate) => candidate.losses.map(([step, loss]): [string, ...(number | string | null)[]] => [name, candidate.learning_rate, step, loss, this.fateText(fateOf(candidate, report), candidate.dropped_after)])) : [],
    );
    return tableCsv([words.name, words.rate, this.stepsName, words.loss, words.fate], rows);
  }

  /** What steps are called, as the head of a column. */
  @property({ attribute: false }) stepsName = '';

  // ---- What is drawn

  private layout(width: number, size: number): { columns: number; wide: number; high: number } {
    const columns = Math.max(1, Math.min(this.sweeps.length, Math.floor((width + GAP * size) / ((LEAST_WIDTH + GAP) * size))));
    return { columns, wide: (width - (columns - 1) * GAP * size) / columns, high: HEIGHT * size };
  }

  protected override heightFor(width: number, size: number): number {
    const { columns, high } = this.layout(width, size);
    return Math.max(1, Math.ceil(this.sweeps.length / columns)) * high + 1.6 * size;
  }

  protected paint(painter: Painter, sheet: Sheet): void {
    const { reports, words } = this;
    const { size, width, height, resolve } = sheet;
    const { columns, wide, high } = this.layout(width, size);
    const losses = reach(reports);
    const across = axisOf(reports.flatMap(({ candidates }) => candidates.map(({ learning_rate }) => learning_rate)), true);
    const up = axisOf(losses ?? [], false, 0.12);
    this.sweeps.forEach((sweep, i) => {
      const [left, top] = [(i % columns) * (wide + GAP * size), Math.floor(i / columns) * high];
      const frame: Frame = { left: left + 3.4 * size, top: top + 2 * size, width: wide - 4.2 * size, height: high - 4.4 * size, x: [across.low, across.high], y: [up.low, up.high] };
      this.paintSweep(painter, sheet, frame, sweep, across, up, [left, top + 0.8 * size]);
    });
    painter.text(width / 2, height - 0.8 * size, `${words.rate} → · ${words.loss} ↑`, { colour: resolve('var(--ink-2)'), size, anchor: 'middle' });
  }

  private paintSweep(painter: Painter, { size, resolve }: Sheet, frame: Frame, { name, colour, report }: Sweep, across: Axis, up: Axis, [left, top]: readonly [number, number]): void {
    const [ink, rule, paper, own] = [resolve('var(--ink-2)'), resolve('var(--rule)'), resolve('var(--paper)'), resolve(colour)];
    const bottom = frame.top + frame.height;
    painter.text(left, top, name, { colour: own, size, bold: true });
    const all = report ? byRate(report) : [];
    const state = report?.chosen != null ? this.formatRate(report.chosen) : all.length === 0 ? this.words.waiting : '';
    painter.text(frame.left + frame.width, top, state, { colour: ink, size, anchor: 'end' });
    if (this.reports.length > 0) {
      for (const rate of ticks(across, Math.max(2, Math.floor(frame.width / (size * 3.6))))) {
        const x = toX(frame, place(across, rate));
        painter.line([x, frame.top, x, bottom + 4], { colour: rule, width: 1 });
        painter.text(x, bottom + 4 + 0.8 * size, rateTick(rate), { colour: ink, size, anchor: 'middle' });
      }
      const heights = ticks(up, 5);
      for (const loss of heights) {
        const y = toY(frame, loss);
        painter.line([frame.left - 4, y, frame.left + frame.width, y], { colour: rule, width: 1 });
        painter.text(frame.left - 8, y, loss.toFixed(decimals(heights)), { colour: ink, size, anchor: 'end' });
      }
    }
    painter.line([frame.left, frame.top, frame.left, bottom, frame.left + frame.width, bottom], { colour: resolve('var(--rule-strong)'), width: 1 });
    if (!report) return;
    const at = (rate: number, loss: number): [number, number] => [toX(frame, place(across, rate)), Number.isFinite(loss) ? Math.max(frame.top, toY(frame, loss)) : frame.top];
    const series = rounds(report);
    series.forEach(({ points }, round) => {
      const strength = (round + 1) / series.length;
      const measured = points.filter(({ loss }) => Number.isFinite(loss));
      painter.line(measured.flatMap(({ rate, loss }) => at(rate, loss)), { colour: own, width: 1 + 1.4 * strength, alpha: 0.35 + 0.65 * strength });
      for (const { rate, loss } of measured) painter.circle(...at(rate, loss), 2.4, own);
    });
    for (const candidate of all) {
      const loss = candidate.losses.at(-1)?.[1];
      if (loss === undefined) continue;
      const [x, y] = at(candidate.learning_rate, loss);
      const fate = fateOf(candidate, report);
      if (!Number.isFinite(loss) || toY(frame, loss) < frame.top) paintMark(painter, 'triangle', x, frame.top, 5, ink, paper);
      else if (fate === 'dropped') paintMark(painter, 'cross', x, y, 5, ink, paper);
      else if (fate === 'chosen') painter.circle(x, y, 6, paper, { colour: own, width: 3 });
    }
  }

  override render() {
    const { sheet, label } = this;
    const painter = new ElementPainter();
    if (sheet) this.paint(painter, sheet);
    return html`
      ${this.renderKey()}
      <div class="plot" role="img" aria-label=${[`${label}.`, this.summary()].join(' ')}>
        ${sheet ? html`<svg viewBox="0 0 ${sheet.width} ${sheet.height}" aria-hidden="true">${painter.parts}</svg>` : nothing}
      </div>
      ${this.renderTable()}
    `;
  }

  private renderKey() {
    const { key } = this.words;
    const sign = (paint: (painter: ElementPainter) => void) => {
      const painter = new ElementPainter();
      paint(painter);
      return html`<svg width="16" height="16" aria-hidden="true">${painter.parts}</svg>`;
    };
    const ink = 'var(--ink-2)';
    return html`<p class="key">
      <span>${sign((painter) => [0.3, 0.6, 1].forEach((alpha, i) => painter.line([1, 4 + 4 * i, 15, 4 + 4 * i], { colour: ink, width: 1 + i * 0.7, alpha })))}${key.rounds}</span>
      <span>${sign((painter) => paintMark(painter, 'cross', 8, 8, 5, ink, 'var(--paper)'))}${key.dropped}</span>
      <span>${sign((painter) => painter.circle(8, 8, 5, 'var(--paper)', { colour: ink, width: 3 }))}${key.chosen}</span>
      <span>${sign((painter) => paintMark(painter, 'triangle', 8, 8, 5, ink, 'var(--paper)'))}${key.beyond}</span>
    </p>`;
  }

  private renderTable() {
    const { words, text, sweeps, formatRate, formatLoss } = this;
    if (this.reports.length === 0) return nothing;
    const steps = [...new Set(this.reports.flatMap((report) => rounds(report).map((round) => round.steps)))].sort((a, b) => a - b);
    const told = (loss: number | undefined): string => (loss === undefined ? '–' : Number.isFinite(loss) ? formatLoss(loss) : words.beyond);
    return html`<details class="screen-only" @toggle=${(event: Event) => (this.tabled = (event.target as HTMLDetailsElement).open)}>
      <summary>${text.chart.table}</summary>
      ${this.tabled
        ? html`<tinyai-table .label=${this.label}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${words.name}</th>
                  <th scope="col" class="number">${words.rate}</th>
                  ${steps.map((step) => html`<th scope="col" class="number">${words.after(String(step))}</th>`)}
                  <th scope="col">${words.fate}</th>
                </tr>
              </thead>
              <tbody>
                ${sweeps.flatMap(({ name, report }) =>
                  report
                    ? byRate(report).map(
                        (candidate) => html`<tr>
                          <th scope="row">${name}</th>
                          <td class="number">${formatRate(candidate.learning_rate)}</td>
                          ${steps.map((step) => html`<td class="number">${told(candidate.losses.find(([at]) => at === step)?.[1])}</td>`)}
                          <td>${this.fateText(fateOf(candidate, report), candidate.dropped_after)}</td>
                        </tr>`,
                      )
                    : [],
                )}
              </tbody>
            </table>
          </tinyai-table>`
        : nothing}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-sweep-chart': SweepChart;
  }
}

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../base.css';
import '../../table/table';
import { tableStyles } from '../../table/table.css';
import { tableCsv } from '../csv';
import { ElementPainter } from '../element-painter';
import type { Painter } from '../painter';
import { PictureElement, type Sheet } from '../picture-element';
import { cells, heightOf, paintHeat, strongest, type HeatScene } from './scene';

/**
 * Numbers of rows and columns as cells, the fuller of colour the further they are from nought; of those below it the colour is another. Each
 * cell that has room has its number, and all are in a table below.
 */
@customElement('tinyai-heat-map')
export class HeatMap extends PictureElement implements HeatScene {
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
  @property({ attribute: false }) rows: readonly string[] = [];
  @property({ attribute: false }) columns: readonly string[] = [];
  @property({ attribute: false }) values: readonly (readonly (number | null)[])[] = [];
  /** What rows and columns are. */
  @property() nameRows = '';
  @property() nameColumns = '';
  @property({ attribute: false }) format: (value: number) => string = String;
  /** A value in the table, and where it is read aloud, where that is longer. */
  @property({ attribute: false }) formatLong: ((value: number) => string) | null = null;

  @state() private tabled = false;

  private long = (value: number): string => (this.formatLong ?? this.format)(value);

  csv(): string {
    const { rows, columns, values, nameRows, nameColumns } = this;
    return tableCsv([`${nameRows} / ${nameColumns}`, ...columns], rows.map((name, row) => [name, ...columns.map((_, column) => values[row]?.[column] ?? null)]));
  }

  /** The strongest cell, and how many there are. */
  protected summary(): string {
    const { rows, columns, values, text, long } = this;
    const most = strongest(this);
    if (cells(this).length === 0) return text.chart.nothingYet(this.label);
    for (const [row, name] of rows.entries()) {
      const column = (values[row] ?? []).findIndex((value) => value !== null && Math.abs(value) === most);
      if (column >= 0) return text.chart.heatMap.strongest(cells(this).length, [this.nameRows, name].join(' '), columns[column]!, long(values[row]![column]!));
    }
    return '';
  }

  protected override heightFor(_width: number, size: number): number {
    return heightOf(this, size);
  }

  protected paint(painter: Painter, sheet: Sheet): void {
    paintHeat(painter, this, sheet);
  }

  override render() {
    const { sheet, label } = this;
    const painter = new ElementPainter();
    if (sheet) this.paint(painter, sheet);
    return html`
      <div class="plot" role="img" aria-label=${[`${label}.`, this.summary()].join(' ')}>
        ${sheet ? html`<svg viewBox="0 0 ${sheet.width} ${sheet.height}" aria-hidden="true">${painter.parts}</svg>` : nothing}
      </div>
      ${this.renderTable()}
    `;
  }

  private renderTable() {
    const { rows, columns, values, nameRows, text, long } = this;
    if (cells(this).length === 0) return nothing;
    return html`<details class="screen-only" @toggle=${(event: Event) => (this.tabled = (event.target as HTMLDetailsElement).open)}>
      <summary>${text.chart.table}</summary>
      ${this.tabled
        ? html`<tinyai-table .label=${this.label}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${nameRows}</th>
                  ${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${rows.map(
                  (name, row) => html`<tr>
                    <th scope="row">${name}</th>
                    ${columns.map((_, column) => {
                      const value = values[row]?.[column] ?? null;
                      return html`<td class="number">${value === null ? '–' : long(value)}</td>`;
                    })}
                  </tr>`,
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
    'tinyai-heat-map': HeatMap;
  }
}

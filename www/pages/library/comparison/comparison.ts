import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/copy/copy-field';
import '../../../kit/figure/figure';
import '../../../kit/notice/notice';
import { plainText, renderReferences } from '../../../kit/notice/references';
import '../../../kit/table/table';
import { tableStyles } from '../../../kit/table/table.css';
import { defaultBaseline, differingFields, metricTable, warnings, type MetricCell, type MetricRow } from '../../../shell/compare';
import { measured, quantityStyles } from '../../../shell/figures/quantity';
import { runName } from '../../../shell/figures/run-mark';
import { metricName, valueText } from '../../../shell/text/values';
import { sameRun } from '../choice';
import { LibraryElement } from '../library-element';
import { comparedRuns, identityOf, type Compared } from './compared';
import { styles } from './comparison.css';
import './comparison-curves';

/** Any runs side by side: what to mind, what differs, what was measured, and the curves. */
@customElement('tinyai-library-comparison')
export class LibraryComparison extends LibraryElement {
  static override styles = [shared, tableStyles, quantityStyles, styles];

  /** Null: none was chosen. */
  @state() private chosenBaseline: number | null = null;

  override render() {
    const { desk, text } = this;
    const found = comparedRuns(desk);
    if (!found) return html`${this.renderWays()}<p class="none" role="status">${text.loading}</p>`;
    const { runs, missing } = found;
    return html`
      ${this.renderWays()}
      ${missing.length > 0 ? html`<tinyai-notice tone="hint" .items=${[{ message: runs.length > 0 ? text.missing(missing.length) : text.none }]}></tinyai-notice>` : nothing}
      ${runs.length > 0 ? this.renderRuns(runs) : nothing}
    `;
  }

  private renderWays() {
    const { desk, text } = this;
    return html`<p class="ways">
      <a class="link" href=${desk.href(null)} @click=${this.back}>${text.back}</a>
      <tinyai-copy-field .label=${text.copyLink} .value=${() => desk.href(desk.compared)}></tinyai-copy-field>
    </p>`;
  }

  private renderRuns(runs: readonly Compared[]) {
    const { text, words } = this;
    const baseline = Math.min(this.chosenBaseline ?? defaultBaseline(runs), runs.length - 1);
    const hasCurves = runs.some(({ entry, index }) => Object.keys(entry.result?.runs[index]?.series ?? {}).length > 0);
    const items = warnings(runs).map(({ text: what }) => ({ message: plainText(renderReferences(words.of(what), this.nameOf, (path, value) => valueText(words, path, value))) }));
    return html`
      ${items.length > 0
        ? html`<tinyai-notice tone="hint" .heading=${text.beforeComparing} .items=${items}></tinyai-notice>`
        : nothing}
      <tinyai-figure .number=${words.messages.results.table(1)} .heading=${words.messages.results.comparison} .caption=${text.differencesCaption}>
        <tinyai-table .label=${words.messages.results.comparison}>
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="visually-hidden">${words.messages.results.metric}</span></th>
                ${runs.map((run, i) => this.renderHead(run, i, baseline))}
              </tr>
            </thead>
            ${this.renderDifferences(runs)} ${this.renderMeasured(runs, baseline)}
          </table>
        </tinyai-table>
      </tinyai-figure>
      ${hasCurves ? html`<tinyai-comparison-curves .runs=${runs}></tinyai-comparison-curves>` : nothing}
    `;
  }

  private renderHead({ chosen, entry, name, index }: Compared, column: number, baseline: number) {
    const { desk, text, words } = this;
    const { results } = words.messages;
    const address = this.labAddress(entry.lab, entry.id);
    const status = entry.result?.runs[index]?.status;
    return html`<th scope="col">
      ${runName(column, name)}
      <span class="of">${address ? html`<a class="link" href=${address} aria-label=${text.openWhat(entry.name)}>${entry.name}</a>` : entry.name}</span>
      <span class="of">${this.labName(entry.lab)} · ${text.begun(words.format.date(entry.created))}${status && status !== 'finished' ? ` · ${results.status[status]}` : ''}</span>
      <span class="choices">
        <label title=${results.asBaseline(name)}>
          <input type="radio" name="baseline" .checked=${column === baseline} aria-label=${results.asBaseline(name)} @change=${() => (this.chosenBaseline = column)} />
          ${column === baseline ? results.baseline : ''}
        </label>
        <button class="link" aria-label=${text.leaveOut(name)} @click=${() => desk.compare((desk.compared ?? []).filter((run) => !sameRun(run, chosen)))}>×</button>
      </span>
    </th>`;
  }

  private renderDifferences(runs: readonly Compared[]) {
    const { text, words } = this;
    const found = differingFields(runs);
    return html`<tbody>
      <tr class="part"><th colspan=${runs.length + 1} scope="rowgroup">${text.differences}</th></tr>
      ${found.length === 0 ? html`<tr><td colspan=${runs.length + 1}>${text.noDifference}</td></tr>` : nothing}
      ${found.map(
        ({ path, values }) => html`<tr>
          <th scope="row">${this.groupOf(path)} ${this.nameOf(path) ?? path}</th>
          ${values.map((value) => html`<td>${value === undefined ? words.messages.results.notMeasured : valueText(words, path, value)}</td>`)}
        </tr>`,
      )}
    </tbody>`;
  }

  private renderMeasured(runs: readonly Compared[], baseline: number) {
    const rows = metricTable(runs, baseline);
    if (rows.length === 0) return nothing;
    return html`<tbody>
      <tr class="part"><th colspan=${runs.length + 1} scope="rowgroup">${this.text.measured}</th></tr>
      ${rows.map((row) => this.renderMetric(row, runs, baseline))}
    </tbody>`;
  }

  private renderMetric({ name, cells }: MetricRow, runs: readonly Compared[], baseline: number) {
    return html`<tr>
      <th scope="row">${metricName(this.words, name)}</th>
      ${cells.map((cell, run) => html`<td>${cell ? this.renderCell(identityOf(runs[run]!), name, cell, run === baseline) : this.words.messages.results.notMeasured}</td>`)}
    </tr>`;
  }

  private renderCell(run: string, name: string, cell: MetricCell, isBaseline: boolean) {
    const { text, words } = this;
    const { ratio, kind } = cell;
    return html`${measured(words, run, name, cell)}
    ${ratio === null || isBaseline ? nothing : html`<span class="ratio">${words.format.ratio(ratio)}</span>`}
    ${kind === 'measured' ? nothing : html`<span class="kind">${text.kinds[kind]}</span>`}`;
  }

  /** Several groups have a field of the same name. */
  private groupOf(path: string) {
    const [group] = path.split('.') as [string];
    return group in this.words.messages.groups ? html`<span class="group">${this.words.group(group)} ·</span>` : nothing;
  }

  private readonly nameOf = (path: string): string | undefined => {
    const { text, words } = this;
    if (path.startsWith('metrics.')) return metricName(words, path.slice('metrics.'.length));
    if (path === 'fork.run') return text.ofFork.run;
    return path === 'fork.step' ? text.ofFork.step : words.field(path)?.label;
  };

  private readonly back = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.desk.compare(null);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-library-comparison': LibraryComparison;
  }
}

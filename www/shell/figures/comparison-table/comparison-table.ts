import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Comparison } from '../../../types/generated/Comparison';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import '../../../kit/table/table';
import { tableStyles } from '../../../kit/table/table.css';
import { differingFields } from '../../compare';
import { LabElement } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import type { RunStatus } from '../../store/run-view';
import { mark, runName } from '../run-mark';
import { metricName, valueText, valueWithUnit } from '../../text/values';
import { styles } from './comparison-table.css';

/** What the table begins with; the rest follows as the engine gives it. */
const FIRST = ['base_validation_loss', 'validation_loss', 'loss', 'trainable_parameters', 'trainable_share', 'total_parameters'];

/** The rows in the order of the table; the peak of all memory is among the categories already. */
function ordered(rows: Comparison[]): Comparison[] {
  const rank = (metric: string): number => (FIRST.includes(metric) ? FIRST.indexOf(metric) : FIRST.length);
  const total = rows.some(({ metric }) => metric === 'memory.total');
  return rows.filter(({ metric }) => !(total && metric === 'peak_memory')).sort((a, b) => rank(a.metric) - rank(b.metric));
}

/** Every run beside the baseline: what differs on top, what was measured below. */
@customElement('tinyai-comparison-table')
export class ComparisonTable extends LabElement {
  static override styles = [shared, tableStyles, styles];

  @state() private baseline = 0;

  override render() {
    const text = this.text.results;
    const shown = this.store.runner.view;
    if (!shown) return nothing;
    const baseline = Math.min(this.baseline, shown.runs.length - 1);
    const alone = shown.runs.length === 1;
    return html`
      <tinyai-figure .number=${text.table(1)} .heading=${alone ? text.measured : text.comparison} .caption=${alone ? '' : text.comparisonCaption}>
        <tinyai-table .label=${text.comparison}>
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="visually-hidden">${text.metric}</span></th>
                ${shown.runs.map((run, i) => this.renderColumnHead(run.name, run.status, i, baseline, alone))}
              </tr>
            </thead>
            ${alone ? nothing : this.renderConfiguration(shown)} ${this.renderMeasured(shown, baseline)}
          </table>
        </tinyai-table>
        ${this.renderFailures(shown)}
      </tinyai-figure>
    `;
  }

  private renderColumnHead(name: string, status: RunStatus, run: number, baseline: number, alone: boolean) {
    const text = this.text.results;
    return html`<th scope="col">
      ${runName(run, name)}
      <span class="run-status">${text.status[status]}</span>
      ${alone
        ? nothing
        : html`<label title=${text.asBaseline(name)}>
            <input type="radio" name="baseline" .checked=${run === baseline} aria-label=${text.asBaseline(name)} @change=${() => (this.baseline = run)} />
            ${run === baseline ? text.baseline : ''}
          </label>`}
    </th>`;
  }

  private renderConfiguration({ spec }: ExperimentView) {
    const text = this.text.results;
    const columns = spec.runs.length;
    // Where a fork begins has a row of its own.
    const fields = differingFields(spec.runs.map((_, index) => ({ entry: { spec, result: null }, index }))).filter(({ path }) => !path.startsWith('fork.'));
    return html`<tbody>
      <tr class="part"><th colspan=${columns + 1} scope="rowgroup">${text.configuration}</th></tr>
      ${spec.runs.some(({ fork }) => fork)
        ? html`<tr>
            <th scope="row">${text.begins}</th>
            ${spec.runs.map(({ fork }) => html`<td>${fork ? this.text.form.forkOf(fork.run, String(fork.step)) : text.atFirstStep}</td>`)}
          </tr>`
        : nothing}
      ${fields.length === 0 ? html`<tr><td colspan=${columns + 1}>${text.noDifference}</td></tr>` : nothing}
      ${fields.map(
        ({ path, values }) => html`<tr>
          <th scope="row">${this.words.field(path)?.label ?? path}</th>
          ${values.map((value) => html`<td>${value === undefined ? text.notMeasured : valueText(this.words, path, value)}</td>`)}
        </tr>`,
      )}
    </tbody>`;
  }

  private renderMeasured({ result }: ExperimentView, baseline: number) {
    if (!result) return nothing;
    const text = this.text.results;
    return html`<tbody>
      ${result.runs.length === 1 ? nothing : html`<tr class="part"><th colspan=${result.runs.length + 1} scope="rowgroup">${text.measured}</th></tr>`}
      ${ordered(result.comparison).map((row) => this.renderRow(row, baseline))}
    </tbody>`;
  }

  private renderRow({ metric, unit, values }: Comparison, baseline: number) {
    const text = this.text.results;
    const reference = values[baseline];
    const relative = (value: number, run: number) =>
      run === baseline || reference == null || reference === 0 ? nothing : html`<span class="ratio">${this.format.ratio(value / reference)}</span>`;
    return html`<tr>
      <th scope="row">${metricName(this.words, metric)}</th>
      ${values.map((value, run) => html`<td>${value == null ? text.notMeasured : html`${valueWithUnit(this.words, value, unit)} ${relative(value, run)}`}</td>`)}
    </tr>`;
  }

  private renderFailures({ runs }: ExperimentView) {
    return runs.map((run, i) =>
      run.problem ? html`<p class="failure">${mark(i)} <b>${run.name}</b> ${this.words.message(run.problem.message)}</p>` : nothing,
    );
  }
}

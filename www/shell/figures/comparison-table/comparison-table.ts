import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { count, duration, loss, mebibytes, percent, ratio, short } from '../../i18n/format';
import { localized, messages } from '../../i18n/locale';
import type { Comparison } from '../../types/generated/Comparison';
import { equal, get, leaves, resolve } from '../../spec/patch';
import { shared } from '../../kit/base.css';
import '../../kit/figure/figure';
import '../../kit/table/table';
import { tableStyles } from '../../kit/table/table.css';
import { LabElement } from '../../workbench/lab-element';
import type { Measured } from '../../workbench/measured';
import { mark, runName } from '../run-mark';
import { fieldLabel, valueText } from '../run-tabs/run-tabs';
import { styles } from './comparison-table.css';

/** A value with its unit, as a person reads it. */
function valueWithUnit(value: number, unit: string): string {
  const { units } = messages();
  if (unit === 'bytes') return `${mebibytes(value)} MiB`;
  if (unit === 'parameters') return count(value);
  if (unit === 's') return duration(value);
  if (unit === 'ratio') return value <= 1 ? percent(value) : short(value);
  if (unit.startsWith('nats')) return loss(value);
  return `${short(value)} ${units[unit] ?? unit}`.trim();
}

/** What the table begins with; the rest follows as the engine gives it. */
const FIRST = ['base_validation_loss', 'validation_loss', 'loss', 'trainable_parameters', 'trainable_share', 'total_parameters'];

/** The rows in the order of the table; the peak of all memory is among the categories already. */
function ordered(rows: Comparison[]): Comparison[] {
  const rank = (metric: string): number => (FIRST.includes(metric) ? FIRST.indexOf(metric) : FIRST.length);
  const total = rows.some(({ metric }) => metric === 'memory.total');
  return rows.filter(({ metric }) => !(total && metric === 'peak_memory')).sort((a, b) => rank(a.metric) - rank(b.metric));
}

/** A metric's name; `memory.CATEGORY` is the peak of that category. */
function metricName(metric: string): string {
  const text = messages().results;
  const category = metric.startsWith('memory.') ? metric.slice('memory.'.length) : null;
  if (category !== null) return text.peakOf(text.memoryCategories[category] ?? category);
  return text.metrics[metric] ?? metric.replaceAll('_', ' ');
}

/** Every run beside the baseline: what differs on top, what was measured below. */
@customElement('comparison-table')
export class ComparisonTable extends LabElement {
  static override styles = [shared, tableStyles, styles];

  @state() private baseline = 0;

  override render() {
    const text = messages().results;
    const shown = this.bench.shown;
    if (!shown) return nothing;
    const baseline = Math.min(this.baseline, shown.runs.length - 1);
    return html`
      <tinyai-figure .number=${text.table(1)} .heading=${text.comparison} .caption=${text.comparisonCaption}>
        <tinyai-table .label=${text.comparison}>
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="visually-hidden">${text.metric}</span></th>
                ${shown.runs.map((run, i) => this.renderColumnHead(run.name, run.status, i, baseline))}
              </tr>
            </thead>
            ${this.renderConfiguration(shown)} ${this.renderMeasured(shown, baseline)}
          </table>
        </tinyai-table>
        ${this.renderFailures(shown)}
      </tinyai-figure>
    `;
  }

  private renderColumnHead(name: string, status: keyof ReturnType<typeof messages>['results']['status'], run: number, baseline: number) {
    const text = messages().results;
    return html`<th scope="col">
      ${runName(run, name)}
      <span class="run-status">${text.status[status]}</span>
      <label title=${text.asBaseline(name)}>
        <input type="radio" name="baseline" .checked=${run === baseline} aria-label=${text.asBaseline(name)} @change=${() => (this.baseline = run)} />
        ${run === baseline ? text.baseline : ''}
      </label>
    </th>`;
  }

  private renderConfiguration({ spec }: Measured) {
    const text = messages().results;
    const whole = spec.runs.map((_, i) => resolve(spec, i));
    const paths = [...new Set(spec.runs.flatMap(({ patch }) => leaves(patch)))].filter(
      (path) => path && whole.some((run) => !equal(get(run, path), get(whole[0], path))),
    );
    return html`<tbody>
      <tr class="part"><th colspan=${whole.length + 1} scope="rowgroup">${text.configuration}</th></tr>
      ${paths.length === 0 ? html`<tr><td colspan=${whole.length + 1}>${text.noDifference}</td></tr>` : nothing}
      ${paths.map(
        (path) => html`<tr>
          <th scope="row">${fieldLabel(path)}</th>
          ${whole.map((run) => html`<td>${valueText(path, get(run, path))}</td>`)}
        </tr>`,
      )}
    </tbody>`;
  }

  private renderMeasured({ result }: Measured, baseline: number) {
    if (!result) return nothing;
    const text = messages().results;
    return html`<tbody>
      <tr class="part"><th colspan=${result.runs.length + 1} scope="rowgroup">${text.measured}</th></tr>
      ${ordered(result.comparison).map((row) => this.renderRow(row, baseline))}
    </tbody>`;
  }

  private renderRow({ metric, unit, values }: Comparison, baseline: number) {
    const text = messages().results;
    const reference = values[baseline];
    const relative = (value: number, run: number) =>
      run === baseline || reference == null || reference === 0 ? nothing : html`<span class="ratio">${ratio(value / reference)}</span>`;
    return html`<tr>
      <th scope="row">${metricName(metric)}</th>
      ${values.map((value, run) => html`<td>${value == null ? text.notMeasured : html`${valueWithUnit(value, unit)} ${relative(value, run)}`}</td>`)}
    </tr>`;
  }

  private renderFailures({ runs }: Measured) {
    return runs.map((run, i) =>
      run.problem ? html`<p class="failure">${mark(i)} <b>${run.name}</b> ${localized(run.problem.message)}</p>` : nothing,
    );
  }
}

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import '../../../kit/table/table';
import { tableStyles } from '../../../kit/table/table.css';
import { defaultBaseline, differingFields, type ComparedRun } from '../../compare';
import { LabElement } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import type { RunView } from '../../store/run-view';
import { measured, quantityStyles } from '../quantity';
import { mark, runName } from '../run-mark';
import { saveAdapter } from '../save-adapter';
import { metricName, valueText } from '../../text/values';
import { styles } from './comparison-table.css';

/** What the table begins with; the rest follows as the engine gives it. */
const FIRST = ['base_validation_loss', 'validation_loss', 'loss', 'trainable_parameters', 'trainable_share', 'total_parameters'];

/** What is not the same after more steps. */
const BY_STEPS = ['validation_loss', 'loss', 'duration'];

/** The metrics in the order of the table. */
function ordered(metrics: string[]): string[] {
  const rank = (metric: string): number => (FIRST.includes(metric) ? FIRST.indexOf(metric) : FIRST.length);
  // The total of all memory is the metric `peak_memory`.
  return metrics.filter((metric) => metric !== 'memory.total').sort((a, b) => rank(a) - rank(b));
}

const compared = ({ spec }: ExperimentView): ComparedRun[] => spec.runs.map((_, index) => ({ entry: { spec, result: null }, index }));

/** Whether the runs did different numbers of steps. */
const areUnlike = (runs: readonly RunView[]): boolean => new Set(runs.map(({ step }) => step)).size > 1;

/** Every run beside the baseline: what differs on top, what was measured below. */
@customElement('tinyai-comparison-table')
export class ComparisonTable extends LabElement {
  static override styles = [shared, tableStyles, quantityStyles, styles];

  /** The run that was chosen; null: none was. */
  @state() private baseline: number | null = null;

  override render() {
    const text = this.text.results;
    const shown = this.store.runner.view;
    if (!shown) return nothing;
    const baseline = Math.min(this.baseline ?? defaultBaseline(compared(shown)), shown.runs.length - 1);
    const alone = shown.runs.length === 1;
    return html`
      <tinyai-figure .number=${text.table(1)} .heading=${alone ? text.measured : text.comparison} .caption=${alone ? '' : text.comparisonCaption}>
        <tinyai-table .label=${text.comparison}>
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="visually-hidden">${text.metric}</span></th>
                ${shown.runs.map((run, i) => this.renderColumnHead(run, i, baseline, alone))}
              </tr>
            </thead>
            ${alone ? nothing : this.renderConfiguration(shown)} ${this.renderMeasured(shown, baseline)}
          </table>
        </tinyai-table>
        ${this.renderUnlike(shown)} ${this.renderFailures(shown)}
      </tinyai-figure>
    `;
  }

  private renderColumnHead({ name, status }: RunView, run: number, baseline: number, alone: boolean) {
    const text = this.text.results;
    return html`<th scope="col" ?data-past=${this.store.past.has(run)}>
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

  private renderConfiguration(view: ExperimentView) {
    const { spec } = view;
    const text = this.text.results;
    const columns = spec.runs.length;
    // Where a fork begins has a row of its own.
    const fields = differingFields(compared(view)).filter(({ path }) => !path.startsWith('fork.'));
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

  private renderMeasured({ result, runs }: ExperimentView, baseline: number) {
    if (!result) return nothing;
    const text = this.text.results;
    return html`<tbody>
      ${runs.length === 1 ? nothing : html`<tr class="part"><th colspan=${runs.length + 1} scope="rowgroup">${text.measured}</th></tr>`}
      ${ordered(result.comparison.map(({ metric }) => metric)).map((metric) => this.renderRow(metric, runs, baseline))} ${this.renderAdapters(runs)}
    </tbody>`;
  }

  private renderRow(name: string, runs: readonly RunView[], baseline: number) {
    const text = this.text.results;
    const metrics = runs.map((run) => run.figure(name));
    // A category of memory that was empty whenever it mattered says nothing.
    if (name.startsWith('memory.') && metrics.every((metric) => !metric?.value)) return nothing;
    const reference = metrics[baseline]?.value;
    const relative = (value: number, run: number) =>
      run === baseline || !reference ? nothing : html`<span class="ratio">${this.format.ratio(value / reference)}</span>`;
    return html`<tr>
      <th scope="row">${metricName(this.words, name)}${BY_STEPS.includes(name) && areUnlike(runs) ? html`<span aria-hidden="true">*</span>` : nothing}</th>
      ${metrics.map((metric, run) => html`<td ?data-past=${this.store.past.has(run)}>${metric ? html`${measured(this.words, runs[run]!.name, name, metric)} ${relative(metric.value, run)}` : text.notMeasured}</td>`)}
    </tr>`;
  }

  /** Runs of this tab whose adapters can be saved. */
  private renderAdapters(runs: readonly RunView[]) {
    const text = this.text.results;
    const { runner, clock } = this.store;
    const adapters = runs.map((_, run) => runner.adapterOf(run));
    if (adapters.every((adapter) => adapter === null)) return nothing;
    return html`<tr class="screen-only">
      <th scope="row">${text.adapterFiles}</th>
      ${adapters.map(
        (adapter, run) => html`<td>
          ${adapter ? html`<button type="button" class="link" aria-label=${text.saveAdapterOf(runs[run]!.name)} @click=${() => saveAdapter(this.ownerDocument, adapter, clock)}>${text.saveAdapter}</button>` : text.notMeasured}
        </td>`,
      )}
    </tr>`;
  }

  private renderUnlike({ result, runs }: ExperimentView) {
    return result && areUnlike(runs) ? html`<p class="note">${this.text.results.unlikeSteps(runs.map(({ step }) => this.format.count(step)))}</p>` : nothing;
  }

  private renderFailures({ runs }: ExperimentView) {
    return runs.map((run, i) =>
      run.problem ? html`<p class="failure">${mark(i)} <b>${run.name}</b> ${this.words.message(run.problem.message)}</p>` : nothing,
    );
  }
}

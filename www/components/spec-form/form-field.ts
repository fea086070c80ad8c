import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { plain, size } from '../../i18n/format';
import { localized, messages } from '../../i18n/locale';
import type { Field } from '../../spec/schema';
import { shared } from '../../styles/shared.css';
import type { FormModel } from '../../workbench/form-model';
import { LabElement } from '../../workbench/lab-element';
import { chips, choice, number, showNumber, source, text, toggle, type Control } from './controls';
import { styles } from './form-field.css';

/** From so many on, choices get a line of their own. */
const MANY_OPTIONS = 4;

const CONTROLS = { number, text, choice, chips, toggle, source } as const;

/** One field: its name, its control, its explanation, and what is wrong with it. */
@customElement('form-field')
export class FormField<T extends FormModel = FormModel> extends LabElement<T> {
  static override styles = [shared, styles];
  static override shadowRootOptions = { ...LabElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) field!: Field;

  /** What stands in a number's input while it is no number. */
  @state() private notANumber: string | null = null;

  override render() {
    const { field, bench } = this;
    const { path, schema } = field;
    const value = bench.fieldValue(path);
    const problems = bench.fieldProblems(path);
    const wrong = problems.length > 0 || this.notANumber !== null;
    const control: Control = {
      field,
      value,
      wrong,
      set: (next) => bench.setValue(path, next),
      reject: (typed) => (this.notANumber = typed),
      optionText: (option) => bench.optionText(path, option),
      addFiles: bench.addFiles && ((files) => void bench.addFiles?.(path, files)),
    };
    const names = bench.fieldText(path);
    const unit = schema['x-unit'] ? (messages().units[schema['x-unit']] ?? schema['x-unit']) : '';
    return html`
      <div class="field ${field.kind} ${field.kind === 'choice' && field.options.length >= MANY_OPTIONS ? 'many' : ''}" ?data-differs=${this.differs(value)} ?data-wrong=${wrong}>
        <label id="label" for="control">${names?.label ?? path}</label>
        <div class="control">${CONTROLS[field.kind](control)}<span class="unit" ?hidden=${field.kind !== 'number'}>${unit}</span></div>
        <p class="help" id="help">${names?.help ?? schema.description ?? ''}${this.renderRange()}</p>
        ${this.renderFiles(String(value))} ${this.renderDifferences(value)}
        <div class="problems" role=${wrong ? 'alert' : nothing}>
          ${this.notANumber === null ? nothing : html`<p>${messages().problems.notANumber(this.notANumber)}</p>`}
          ${[...new Set(problems.map((problem) => localized(problem.message)))].map((message) => html`<p>${message}</p>`)}
        </div>
      </div>
    `;
  }

  protected override updated(): void {
    const input = this.renderRoot.querySelector<HTMLInputElement>('.number input');
    if (input && this.notANumber === null) showNumber(input, Number(this.bench.fieldValue(this.field.path)));
  }

  /** Whether the value is marked as not that of the others. */
  protected differs(_value: unknown): boolean {
    return false;
  }

  protected renderDifferences(_value: unknown): TemplateResult | typeof nothing {
    return nothing;
  }

  private renderRange() {
    const { minimum, maximum } = this.field.schema;
    if (minimum === undefined || maximum === undefined) return nothing;
    return html` <span class="range">${messages().form.range(plain(minimum), plain(maximum))}</span>`;
  }

  private renderFiles(value: string) {
    if (this.field.kind !== 'source' || !this.bench.addFiles) return nothing;
    const texts = messages().form;
    const name = value.replace(/^file:/, '');
    const bytes = this.bench.files.get(name);
    if (value.startsWith('file:') && bytes !== undefined) return html`<p class="file">${texts.fileKept(name, size(bytes))}</p>`;
    return html`<p class="own">${this.field.path.startsWith('model.') ? texts.ownModelHint : texts.ownTextHint}</p>`;
  }
}

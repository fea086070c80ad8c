import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { plain, size } from '../../i18n/format';
import { localized, messages } from '../../i18n/locale';
import type { FieldPath } from '../../i18n/messages';
import { equal, get } from '../../spec/patch';
import type { Field } from '../../spec/schema';
import { shared } from '../../styles/shared.css';
import { LabElement } from '../../workbench/lab-element';
import { BASE } from '../../workbench/spec-editor';
import { colour, mark } from '../run-mark';
import { fieldLabel, valueText } from '../run-tabs/run-tabs';
import { chips, choice, number, showNumber, source, text, type Control } from './controls';
import { styles } from './spec-field.css';

const CONTROLS = { number, text, choice, chips, source } as const;

/** One field: its name, its control, its explanation, how it differs from what is shared, and what is wrong with it. */
@customElement('spec-field')
export class SpecField extends LabElement {
  static override styles = [shared, styles];
  static override shadowRootOptions = { ...LabElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) field!: Field;

  /** What stands in a number's input while it is no number. */
  @state() private notANumber: string | null = null;

  override render() {
    const { field, bench } = this;
    const { path, schema } = field;
    const value = bench.value(bench.selected, path);
    const differs = bench.selected !== BASE && !equal(value, get(bench.spec.base, path));
    const problems = bench.problemsAt(bench.selected, path);
    const wrong = problems.length > 0 || this.notANumber !== null;
    const control: Control = {
      field,
      value,
      wrong,
      set: (next) => this.bench.setValue(path, next),
      reject: (typed) => (this.notANumber = typed),
      addFiles: (files) => void this.bench.addFiles(path, files),
    };
    const help = messages().fields[path as FieldPath]?.help ?? schema.description ?? '';
    const unit = schema['x-unit'] ? (messages().units[schema['x-unit']] ?? schema['x-unit']) : '';
    return html`
      <div class="field ${field.kind}" ?data-differs=${differs} ?data-wrong=${wrong}>
        <label id="label" for="control">${fieldLabel(path)}</label>
        <div class="control">${CONTROLS[field.kind](control)}<span class="unit" ?hidden=${field.kind !== 'number'}>${unit}</span></div>
        <p class="help" id="help">${help}${this.renderRange()}</p>
        ${this.renderFiles(String(value))} ${differs ? this.renderReset() : nothing} ${bench.selected === BASE ? this.renderExceptions() : nothing}
        <div class="problems" role=${wrong ? 'alert' : nothing}>
          ${this.notANumber === null ? nothing : html`<p>${messages().problems.notANumber(this.notANumber)}</p>`}
          ${problems.map((problem) => html`<p>${localized(problem.message)}</p>`)}
        </div>
      </div>
    `;
  }

  protected override updated(): void {
    const input = this.renderRoot.querySelector<HTMLInputElement>('.number input');
    if (input && this.notANumber === null) showNumber(input, Number(this.bench.value(this.bench.selected, this.field.path)));
  }

  private renderRange() {
    const { minimum, maximum } = this.field.schema;
    if (minimum === undefined || maximum === undefined) return nothing;
    return html` <span class="range">${messages().form.range(plain(minimum), plain(maximum))}</span>`;
  }

  private renderFiles(value: string) {
    if (this.field.kind !== 'source') return nothing;
    const texts = messages().form;
    const name = value.replace(/^file:/, '');
    const bytes = this.bench.files.get(name);
    if (value.startsWith('file:') && bytes !== undefined) return html`<p class="file">${texts.fileKept(name, size(bytes))}</p>`;
    return html`<p class="own">${this.field.path.startsWith('model.') ? texts.ownModelHint : texts.ownTextHint}</p>`;
  }

  private renderReset() {
    const { bench, field } = this;
    const base = valueText(field.path, get(bench.spec.base, field.path));
    const text = messages().form;
    return html`<p class="diff">
      ${text.differsFrom(base)}
      <button class="link" type="button" aria-label=${text.reset(base)} title=${text.reset(base)} @click=${() => bench.resetValue(field.path)}>↺</button>
    </p>`;
  }

  /** In the base: the runs that have another value. */
  private renderExceptions() {
    const { bench, field } = this;
    const base = get(bench.spec.base, field.path);
    const others = bench.spec.runs.flatMap(({ name, patch }, run) => {
      const own = get(patch, field.path);
      return own === undefined || equal(own, base) ? [] : [{ name, run, own }];
    });
    if (others.length === 0) return nothing;
    return html`<p class="diff">
      ${others.map(
        ({ name, run, own }) => html`
          <button type="button" class="exception" style="color: ${colour(run)}" @click=${() => bench.select(run)}>
            ${mark(run)} ${name}: <b>${valueText(field.path, own)}</b>
          </button>
        `,
      )}
    </p>`;
  }
}

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import { DESCRIBED, choice, chips, source, text, toggle, type Control } from './controls';
import type { FieldDescription } from './description';
import { FieldEvent, TypedEvent, type Refusal } from './events';
import { styles } from './field.css';
import { NumberEntry } from './number-entry';
import { numberInput } from './number-input';
import { refusalText, writeNumber } from './read-number';
import type { GivenFiles } from './taking-files';

/** From so many on, choices get a line of their own. */
const MANY_OPTIONS = 4;

const CONTROLS = { text, choice, chips, toggle, source } as const;

/**
 * One field: its name, its control, its explanation, and what is wrong with it. It tells of its value by {@link FieldEvent}s, and of what
 * is typed and is no number by {@link TypedEvent}s.
 */
@customElement('tinyai-field')
export class Field extends KitElement {
  static override styles = [shared, styles];
  static override shadowRootOptions = { ...KitElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) field!: FieldDescription;
  /** What the form is for, as its refusals name it. */
  @property() scope = '';
  /** What was typed when a field of the same path and scope was here last. */
  @property({ attribute: false }) typed: string | null = null;

  private readonly entry = new NumberEntry({
    schema: () => this.field.schema,
    value: () => Number(this.field.value),
    emit: (type, value) => this.emit(type, value),
    changed: () => this.tellTyped(),
  });
  /** The value told last, until the page has answered with a description; not of numbers, whose entry knows. */
  private awaited: { value: unknown } | null = null;

  /** What stands in the field and is no value. */
  get refusal(): Refusal | null {
    const { typed, refusal } = this.entry;
    return typed === null || refusal === null ? null : { path: this.field.path, scope: this.scope, typed, reading: refusal };
  }

  /** Takes in files, as if they had been dropped here. */
  give(given: GivenFiles): void {
    this.field.files?.take(given);
  }

  protected override shouldUpdate(): boolean {
    return this.field !== undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('field')) return;
    const before = changed.get('field');
    this.awaited = null;
    if (!before && this.typed !== null) this.entry.restore(this.typed);
    if (!before || this.field.kind !== 'number') return;
    if (before.path !== this.field.path) this.entry.reset();
    else if (this.entry.received(Number(this.field.value), Number(before.value))) this.tellTyped();
  }

  override render() {
    const { field, text: words } = this;
    const told = field.kind === 'number' ? this.entry.told : null;
    const problems = [
      ...(told ? [refusalText(this.entry.typed ?? '', told, words)] : []),
      // What is typed is not the value that these are about.
      ...(this.refusal ? [] : new Set(field.problems)),
    ];
    const wrong = problems.length > 0;
    const control: Control = {
      field,
      value: this.awaited ? this.awaited.value : field.value,
      wrong,
      text: words,
      input: (value) => this.emit('input', value),
      settle: (value) => {
        this.emit('input', value);
        this.emit('change', value);
      },
      give: (given) => this.give(given),
    };
    const many = field.kind === 'choice' && (field.options?.length ?? 0) >= MANY_OPTIONS;
    return html`
      <div class="field ${field.kind} ${many ? 'many' : ''}" ?data-marked=${field.marked} ?data-wrong=${wrong} ?data-fixed=${field.fixed}>
        <label id="label" for="control">${field.label}</label>
        <fieldset class="control" role="none" ?disabled=${field.fixed}>
          ${field.kind === 'number' ? numberInput(this.entry, { wrong, described: DESCRIBED }) : CONTROLS[field.kind](control)}
          <span class="unit" ?hidden=${field.kind !== 'number'}>${field.unit ?? ''}</span>
        </fieldset>
        <p class="help" id="help">${field.help ?? ''}${this.renderRange()}</p>
        ${this.renderTaking()} ${field.note ?? nothing}
        <div class="problems" id="problems" aria-live="polite">${problems.map((problem) => html`<p>${problem}</p>`)}</div>
        ${this.renderForget()}
      </div>
    `;
  }

  private renderForget() {
    const { files } = this.field;
    return files?.forget ? html`<button type="button" class="link" @click=${files.forget}>${this.text.files.forget}</button>` : nothing;
  }

  private renderRange() {
    const { minimum, maximum } = this.field.schema;
    if (minimum === undefined || maximum === undefined) return nothing;
    return html` <span class="range">${this.text.form.range(writeNumber(minimum), writeNumber(maximum))}</span>`;
  }

  private renderTaking() {
    const { files } = this.field;
    if (!files) return nothing;
    const { taking, hint } = files;
    if (!taking) return hint ? html`<p class="own">${hint}</p>` : nothing;
    const share = taking.total ? taking.done / taking.total : null;
    const name = this.text.files.reading(taking.name);
    return html`<p class="taking">
      <span>${name}</span>
      <progress aria-label=${name} max="1" value=${share ?? nothing}></progress>
      <button type="button" class="link" @click=${() => files.stop()}>${this.text.files.stop}</button>
    </p>`;
  }

  private emit(type: 'input' | 'change', value: unknown): void {
    this.awaited = { value };
    this.dispatchEvent(new FieldEvent(type, this.field.path, value));
  }

  private tellTyped(): void {
    this.typed = this.entry.typed;
    this.dispatchEvent(new TypedEvent(this.field.path, this.typed, this.refusal));
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-field': Field;
  }
}

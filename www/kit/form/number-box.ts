import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import type { ValueSchema } from './description';
import { FieldEvent, TypedEvent, type Refusal } from './events';
import { styles } from './number-box.css';
import { NumberEntry } from './number-entry';
import { numberInput } from './number-input';

/**
 * A number on its own, where the label stands elsewhere: in a table, or between others. It tells what a {@link Field} tells, and refuses
 * what its schema's range leaves out; why, whoever uses it shows.
 */
@customElement('tinyai-number-box')
export class NumberBox extends KitElement {
  static override styles = [shared, styles];
  /** So that a label can point to it. */
  static readonly formAssociated = true;
  static override shadowRootOptions = { ...KitElement.shadowRootOptions, delegatesFocus: true };

  @property() path = '';
  @property() label = '';
  @property({ attribute: false }) schema: ValueSchema = {};
  @property({ type: Number }) value = 0;
  /** Whether the value itself is refused elsewhere. */
  @property({ type: Boolean }) wrong = false;
  /** Whether it has buttons for one more and one less. */
  @property({ type: Boolean, reflect: true }) stepper = false;

  private readonly entry = new NumberEntry({
    bounded: true,
    schema: () => this.schema,
    value: () => this.value,
    emit: (type, value) => this.dispatchEvent(new FieldEvent(type, this.path, value)),
    changed: () => this.tell(),
  });

  get refusal(): Refusal | null {
    const { typed, refusal } = this.entry;
    return typed === null || refusal === null ? null : { path: this.path, scope: '', typed, reading: refusal };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('value');
    if (before !== undefined && this.entry.received(this.value, before)) this.tell();
  }

  override render() {
    const wrong = this.wrong || this.entry.told !== null;
    return html`<div class="box" ?data-wrong=${wrong}>
      ${this.stepper ? this.renderStep(-1) : nothing}
      ${numberInput(this.entry, { wrong, label: this.label })}
      ${this.stepper ? this.renderStep(1) : nothing}
    </div>`;
  }

  private renderStep(by: 1 | -1) {
    const { stepper } = this.text;
    const { minimum = -Infinity, maximum = Infinity } = this.schema;
    const last = by < 0 ? this.value <= minimum : this.value >= maximum;
    const press = (): void => {
      if (!last && this.entry.arrow(by)) this.entry.release();
    };
    return html`<button
      type="button"
      aria-label=${by < 0 ? stepper.less(this.label) : stepper.more(this.label)}
      aria-disabled=${last}
      @click=${press}
    >
      ${by < 0 ? '−' : '+'}
    </button>`;
  }

  private tell(): void {
    this.dispatchEvent(new TypedEvent(this.path, this.entry.typed, this.refusal));
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-number-box': NumberBox;
  }
}

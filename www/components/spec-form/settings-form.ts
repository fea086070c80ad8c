import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { Field } from '../../spec/schema';
import type { FormModel } from '../../workbench/form-model';
import './form-field';
import { GroupedForm } from './grouped-form';

/** The form of an experiment that is a single run, or some groups of it. */
@customElement('settings-form')
export class SettingsForm extends GroupedForm<FormModel & { restoreDefault(): void }> {
  /** The groups that are shown here. */
  @property({ attribute: false }) groups: string[] = [];
  /** Whether the whole experiment can be given back its defaults here. */
  @property({ type: Boolean }) last = false;

  override render() {
    const restore = html`<p class="foot"><button type="button" class="link" @click=${() => this.bench.restoreDefault()}>${messages().form.restoreDefault}</button></p>`;
    return html`
      <form style="--run: var(--ink)" @submit=${(event: Event) => event.preventDefault()}>
        ${this.bench.groups.filter(({ path }) => this.groups.includes(path)).map((group) => this.renderGroup(group))} ${this.last ? restore : nothing}
      </form>
    `;
  }

  protected override renderField(field: Field) {
    return html`<form-field id=${field.path} .bench=${this.bench} .field=${field}></form-field>`;
  }
}

import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { Field } from '../../spec/schema';
import type { FormModel } from '../../workbench/form-model';
import './form-field';
import { GroupedForm } from './grouped-form';

/** The form of an experiment that is a single run. */
@customElement('settings-form')
export class SettingsForm extends GroupedForm<FormModel & { restoreDefault(): void }> {
  override render() {
    return html`
      <form style="--run: var(--ink)" @submit=${(event: Event) => event.preventDefault()}>
        ${this.bench.groups.map((group) => this.renderGroup(group))}
        <p class="foot"><button type="button" class="link" @click=${() => this.bench.restoreDefault()}>${messages().form.restoreDefault}</button></p>
      </form>
    `;
  }

  protected override renderField(field: Field) {
    return html`<form-field id=${field.path} .bench=${this.bench} .field=${field}></form-field>`;
  }
}

import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { Field } from '../../spec/schema';
import { BASE } from '../../workbench/spec-editor';
import type { Workbench } from '../../workbench/workbench';
import { colour } from '../run-mark';
import { GroupedForm } from './grouped-form';
import './spec-field';

const MOST_RUNS = 8;

/** The form of the chosen run, or of what all runs share. */
@customElement('spec-form')
export class SpecForm extends GroupedForm<Workbench> {
  override render() {
    const { selected } = this.bench;
    return html`
      <form style="--run: ${selected === BASE ? 'var(--ink)' : colour(selected)}" @submit=${(event: Event) => event.preventDefault()}>
        ${this.renderHead()} ${this.bench.groups.map((group) => this.renderGroup(group))}
        <p class="foot"><button type="button" class="link" @click=${() => this.bench.restoreDefault()}>${messages().form.restoreDefault}</button></p>
      </form>
    `;
  }

  private renderHead() {
    const text = messages().form;
    const { selected, spec } = this.bench;
    if (selected === BASE) return html`<p class="hint">${text.sharedHint}</p>`;
    const { name } = spec.runs[selected]!;
    return html`
      <div class="run">
        <label class="visually-hidden" for="name">${text.runName}</label>
        <input id="name" .value=${name} maxlength="40" @input=${(event: Event) => this.bench.rename(selected, (event.target as HTMLInputElement).value)} />
        <button type="button" class="link" ?disabled=${spec.runs.length >= MOST_RUNS} @click=${() => this.bench.duplicateRun(selected)}>${text.duplicate}</button>
        <button type="button" class="link" ?disabled=${spec.runs.length === 1} @click=${() => this.bench.removeRun(selected)}>${text.remove}</button>
      </div>
      <p class="hint">${text.runHint(name)}</p>
    `;
  }

  protected override renderField(field: Field) {
    return html`<spec-field id=${field.path} .bench=${this.bench} .field=${field}></spec-field>`;
  }
}

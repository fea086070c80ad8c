import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { RunSpec } from '../../types/generated/RunSpec';
import { equal } from '../../spec/patch';
import { GROUPS, type Field, type Group } from '../../spec/schema';
import { shared } from '../../styles/shared.css';
import { LabElement } from '../../workbench/lab-element';
import { BASE } from '../../workbench/spec-editor';
import { colour } from '../run-mark';
import './spec-field';
import { styles } from './spec-form.css';

const MOST_RUNS = 8;

/** The form of the chosen run, or of what all runs share; made from the schema. */
@customElement('spec-form')
export class SpecForm extends LabElement {
  static override styles = [shared, styles];

  override render() {
    const { selected } = this.bench;
    return html`
      <form style="--run: ${selected === BASE ? 'var(--ink)' : colour(selected)}" @submit=${(event: Event) => event.preventDefault()}>
        ${this.renderHead()} ${GROUPS.map((group) => this.renderGroup(group))}
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

  private renderGroup(group: Group) {
    const visible = group.fields.filter((field) => this.visible(field));
    if (visible.length === 0) return nothing;
    const text = messages();
    const plain = visible.filter((field) => !field.advanced);
    const advanced = visible.filter((field) => field.advanced);
    return html`
      <fieldset>
        <legend>${text.groups[group.path as keyof RunSpec] ?? group.path}</legend>
        ${plain.map((field) => this.renderField(field))}
        ${advanced.length > 0
          ? html`<details ?open=${advanced.some((field) => this.bench.problemsAt(this.bench.selected, field.path).length > 0)}>
              <summary>${text.form.advanced}</summary>
              ${advanced.map((field) => this.renderField(field))}
            </details>`
          : nothing}
      </fieldset>
    `;
  }

  private renderField(field: Field) {
    return html`<spec-field id=${field.path} .bench=${this.bench} .field=${field}></spec-field>`;
  }

  /** In the base, a field shows when it matters to any run. */
  private visible(field: Field): boolean {
    const { selected, spec } = this.bench;
    const holds = (run: number): boolean =>
      Object.entries(field.visibleIf).every(([path, wanted]) => equal(this.bench.value(run, path), wanted));
    return selected === BASE ? holds(BASE) || spec.runs.some((_, i) => holds(i)) : holds(selected);
  }

  /** Brings a field into view and the focus to it. */
  async reveal(path: string): Promise<void> {
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(path)}`);
    field?.closest('details')?.setAttribute('open', '');
    field?.scrollIntoView({ block: 'center' });
    field?.focus();
  }
}

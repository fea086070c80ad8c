import { html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import { shared } from '../../kit/base.css';
import type { FieldEvent, ValidityEvent } from '../../kit/form/events';
import type { Form } from '../../kit/form/form';
import '../../kit/form/form';
import type { GivenFiles } from '../../kit/form/taking-files';
import { BASE } from '../../workbench/spec-editor';
import { LabElement } from '../../workbench/lab-element';
import { colour } from '../run-mark';
import { describeGroups } from './describe';
import { styles } from './spec-form.css';
import { standing } from './standing';

const MOST_RUNS = 8;

/** The form of the chosen run, or of what all runs share. */
@customElement('spec-form')
export class SpecForm extends LabElement {
  static override styles = [shared, styles];

  @query('tinyai-form') private readonly form!: Form;

  /** Brings a field into view and the focus to it; whether it is in this form. */
  async reveal(path: string): Promise<boolean> {
    await this.updateComplete;
    return this.form.reveal(path);
  }

  /** Hands files to a field. */
  give(path: string, files: GivenFiles): void {
    this.form.give(path, files);
  }

  override render() {
    const { bench } = this;
    const accent = bench.selected === BASE ? 'var(--ink)' : colour(bench.selected);
    return html`
      <div style="--accent: ${accent}">
        ${this.renderHead()}
        <tinyai-form
          .groups=${describeGroups(bench, (field) => standing(bench, field))}
          .scope=${bench.scope}
          .scopes=${bench.scopes}
          @input=${({ path, value }: FieldEvent) => path && bench.setValue(path, value)}
          @change=${() => bench.settle()}
          @validity=${(event: ValidityEvent) => bench.refuse(this, event.refusals)}
        ></tinyai-form>
        <p class="foot"><button type="button" class="link" @click=${() => bench.restoreDefault()}>${messages().form.restoreDefault}</button></p>
      </div>
    `;
  }

  private renderHead() {
    const text = messages().form;
    const { bench } = this;
    const { selected, spec } = bench;
    if (selected === BASE) return html`<p class="hint">${text.sharedHint}</p>`;
    const { name } = spec.runs[selected]!;
    return html`
      <div class="run">
        <label class="visually-hidden" for="name">${text.runName}</label>
        <input
          id="name"
          .value=${name}
          maxlength="40"
          @input=${(event: Event) => bench.rename(selected, (event.target as HTMLInputElement).value)}
          @change=${() => bench.settle()}
        />
        <button type="button" class="link" ?disabled=${spec.runs.length >= MOST_RUNS} @click=${() => bench.duplicateRun(selected)}>${text.duplicate}</button>
        <button type="button" class="link" ?disabled=${spec.runs.length === 1} @click=${() => bench.removeRun(selected)}>${text.remove}</button>
      </div>
      <p class="hint">${text.runHint(name)}</p>
    `;
  }
}

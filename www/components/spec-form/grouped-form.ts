import { html, nothing, type TemplateResult } from 'lit';
import { messages } from '../../i18n/locale';
import type { Field, Group } from '../../spec/schema';
import { shared } from '../../styles/shared.css';
import type { FormModel } from '../../workbench/form-model';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './spec-form.css';

/** A form whose fields stand in groups, the less common ones folded away; made from a schema. */
export abstract class GroupedForm<T extends FormModel> extends LabElement<T> {
  static override styles = [shared, styles];

  protected abstract renderField(field: Field): TemplateResult;

  protected renderGroup(group: Group) {
    const visible = group.fields.filter((field) => this.bench.applies(field));
    if (visible.length === 0) return nothing;
    const plain = visible.filter((field) => !field.advanced);
    const advanced = visible.filter((field) => field.advanced);
    return html`
      <fieldset>
        <legend>${this.bench.groupName(group.path)}</legend>
        ${plain.map((field) => this.renderField(field))}
        ${advanced.length > 0
          ? html`<details ?open=${advanced.some((field) => this.bench.fieldProblems(field.path).length > 0)}>
              <summary>${messages().form.advanced}</summary>
              ${advanced.map((field) => this.renderField(field))}
            </details>`
          : nothing}
      </fieldset>
    `;
  }

  /** Brings a field into view and the focus to it; whether it is in this form. */
  async reveal(path: string): Promise<boolean> {
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(path)}`);
    field?.closest('details')?.setAttribute('open', '');
    field?.scrollIntoView({ block: 'center' });
    field?.focus();
    return field !== null;
  }
}

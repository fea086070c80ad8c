import { html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import { shared } from '../../kit/base.css';
import type { FieldEvent, ValidityEvent } from '../../kit/form/events';
import type { Form } from '../../kit/form/form';
import '../../kit/form/form';
import type { FormModel } from '../../workbench/form-model';
import { LabElement } from '../../workbench/lab-element';
import { describeGroups } from './describe';
import { styles } from './spec-form.css';

/** The form of an experiment that is a single run, or some groups of it. */
@customElement('settings-form')
export class SettingsForm extends LabElement<FormModel & { restoreDefault(): void }> {
  static override styles = [shared, styles];

  /** The groups that are shown here. */
  @property({ attribute: false }) groups: string[] = [];
  /** Whether the whole experiment can be given back its defaults here. */
  @property({ type: Boolean }) last = false;

  @query('tinyai-form') private readonly form!: Form;

  /** Brings a field into view and the focus to it; whether it is in this form. */
  async reveal(path: string): Promise<boolean> {
    await this.updateComplete;
    return this.form.reveal(path);
  }

  override render() {
    const { bench } = this;
    const restore = (): void => {
      this.form.discard();
      bench.restoreDefault();
    };
    return html`
      <tinyai-form
        .groups=${describeGroups(bench)}
        .only=${this.groups}
        @input=${({ path, value }: FieldEvent) => path && bench.setValue(path, value)}
        @change=${() => bench.settle()}
        @validity=${(event: ValidityEvent) => bench.refuse(this, event.refusals)}
      ></tinyai-form>
      ${this.last ? html`<p class="foot"><button type="button" class="link" @click=${restore}>${messages().form.restoreDefault}</button></p>` : nothing}
    `;
  }
}

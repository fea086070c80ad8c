import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { shared } from '../base.css';
import { KitElement } from '../kit-element';
import type { FieldDescription, FormGroup } from './description';
import { Drafts } from './drafts';
import { ValidityEvent, type Refusal, type TypedEvent } from './events';
import './field';
import type { Field } from './field';
import type { GivenFiles } from './taking-files';
import { styles } from './form.css';
import { found } from './search';

/**
 * A form whose fields stand in groups, the less common ones folded away; made from plain data. Its fields' events bubble through it; it
 * adds a {@link ValidityEvent} whenever what it cannot use changes.
 */
@customElement('tinyai-form')
export class Form extends KitElement {
  static override styles = [shared, styles];

  @property({ attribute: false }) groups: readonly FormGroup[] = [];
  /** Paths of the groups to show, in this order; null: all, as they come. */
  @property({ attribute: false }) only: readonly string[] | null = null;
  /** Paths of fields that are drawn elsewhere. */
  @property({ attribute: false }) omit: readonly string[] = [];
  /** What the form is for, such as one of several runs: what is typed and refused in one is kept while another is shown. */
  @property() scope = '';
  /** All that there is for the form to be for; what was typed in another is forgotten. Null: nothing is. */
  @property({ attribute: false }) scopes: readonly string[] | null = null;
  @property({ type: Boolean }) searchable = false;
  /** Whether groups can be folded away. */
  @property({ type: Boolean }) foldable = false;

  @state() private query = '';
  private readonly folded = new Set<string>();
  private readonly drafts = new Drafts();
  private told = '[]';
  /** Fields of another generation are made anew. */
  private generation = 0;

  /** What was typed and cannot be used. */
  get refusals(): readonly Refusal[] {
    return this.drafts.refusals(this.scope, this.chosen);
  }

  get valid(): boolean {
    return this.refusals.length === 0;
  }

  /** Forgets what was typed and refused, so that every field shows its value. */
  discard(): void {
    this.drafts.keep([]);
    this.generation++;
    this.requestUpdate();
  }

  /** Brings a field into view and the focus to it; whether it is in this form. */
  async reveal(path: string): Promise<boolean> {
    const group = this.chosen.find(({ fields }) => fields.some((field) => field.path === path));
    if (!group) return false;
    this.query = '';
    this.folded.delete(group.path);
    this.requestUpdate();
    await this.updateComplete;
    const field = this.renderRoot.querySelector<HTMLElement>(`tinyai-field[id="${CSS.escape(path)}"]`);
    if (!field) return false;
    field.closest('details.advanced')?.setAttribute('open', '');
    field.scrollIntoView({ block: 'center' });
    field.focus();
    return true;
  }

  protected override willUpdate(): void {
    if (this.scopes) this.drafts.keep(this.scopes);
  }

  /** Hands files to a field as if they had been dropped on it; whether it is there to take them. */
  give(path: string, files: GivenFiles): boolean {
    const field = this.renderRoot.querySelector<Field>(`tinyai-field[id="${CSS.escape(path)}"]`);
    field?.give(files);
    return field !== null;
  }

  override render() {
    const groups = found(this.chosen, this.query);
    return html`
      <form @submit=${(event: Event) => event.preventDefault()} @typed=${this.typed}>
        ${this.searchable ? this.renderSearch() : nothing}
        ${repeat(groups, ({ path }) => path, (group) => this.renderGroup(group))}
        ${groups.length === 0 && this.query !== '' ? html`<p class="none" role="status">${this.text.form.nothingFound(this.query)}</p>` : nothing}
      </form>
    `;
  }

  protected override updated(_changed: PropertyValues): void {
    const { refusals } = this;
    const told = JSON.stringify(refusals);
    if (told === this.told) return;
    this.told = told;
    this.dispatchEvent(new ValidityEvent(refusals));
  }

  private get chosen(): FormGroup[] {
    const { groups, only, omit } = this;
    const chosen = only ? only.flatMap((path) => groups.find((group) => group.path === path) ?? []) : groups;
    return chosen.flatMap((group) => {
      const fields = group.fields.filter(({ path }) => !omit.includes(path));
      return fields.length > 0 ? [{ ...group, fields }] : [];
    });
  }

  private renderSearch() {
    return html`<input
      class="search"
      type="search"
      aria-label=${this.text.form.search}
      placeholder=${this.text.form.search}
      .value=${this.query}
      @input=${(event: Event) => {
        event.stopPropagation();
        this.query = (event.target as HTMLInputElement).value;
      }}
    />`;
  }

  private renderGroup(group: FormGroup): TemplateResult {
    const body = this.renderFields(group);
    if (!this.foldable) return html`<fieldset><legend>${group.label}</legend>${body}</fieldset>`;
    const open = this.query !== '' || !this.folded.has(group.path);
    const toggled = (event: Event): void => {
      if (this.query !== '') return;
      if ((event.target as HTMLDetailsElement).open) this.folded.delete(group.path);
      else this.folded.add(group.path);
    };
    return html`<details class="group" ?open=${open} @toggle=${toggled}>
      <summary>${group.label}</summary>
      <fieldset aria-label=${group.label}>${body}</fieldset>
    </details>`;
  }

  private renderFields({ fields }: FormGroup) {
    const plain = fields.filter((field) => !field.advanced);
    const advanced = fields.filter((field) => field.advanced);
    const wanted = (field: FieldDescription): boolean => (field.problems?.length ?? 0) > 0 || this.drafts.typed(this.scope, field.path) !== null;
    return html`${this.renderEach(plain)}
    ${advanced.length > 0
      ? html`<details class="advanced" ?open=${this.query !== '' || advanced.some(wanted)}>
          <summary>${this.text.form.advanced}</summary>
          ${this.renderEach(advanced)}
        </details>`
      : nothing}`;
  }

  private renderEach(fields: readonly FieldDescription[]) {
    return repeat(
      fields,
      ({ path }) => `${this.generation}\n${this.scope}\n${path}`,
      (field) =>
        html`<tinyai-field id=${field.path} .field=${field} .scope=${this.scope} .typed=${this.drafts.typed(this.scope, field.path)}></tinyai-field>`,
    );
  }

  private readonly typed = ({ path, refusal }: TypedEvent): void => {
    this.drafts.put(this.scope, path, refusal);
    this.requestUpdate();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-form': Form;
  }
}

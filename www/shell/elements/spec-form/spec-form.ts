import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { live } from 'lit/directives/live.js';
import { equal } from '../../../engine/spec/patch';
import { shared } from '../../../kit/base.css';
import type { FieldEvent, ValidityEvent } from '../../../kit/form/events';
import type { Form } from '../../../kit/form/form';
import '../../../kit/form/form';
import type { GivenFiles } from '../../../kit/form/taking-files';
import '../../../kit/notice/notice';
import { styled } from '../../../kit/styled';
import { colour } from '../../figures/run-mark';
import { BASE, MOST_RUNS } from '../../store/spec-editor';
import { LabElement } from '../lab-element';
import { describeGroups } from './describe';
import './fork-head';
import type { ForkHead } from './fork-head';
import { styles } from './spec-form.css';

/** The form of the chosen run, or of what all runs share. */
@customElement('tinyai-spec-form')
export class SpecForm extends LabElement {
  static override styles = [shared, styles];

  /** Groups and fields that are left out. */
  @property({ attribute: false }) lock: readonly string[] = [];
  /** Whether fields can be searched for. */
  @property({ type: Boolean }) searchable = false;

  @query('tinyai-form') private readonly form!: Form;
  @query('tinyai-fork-head') private readonly forkHead!: ForkHead | null;
  /** The run that somebody wants to remove, and has been asked about. */
  @state() private asked: string | null = null;

  /** Brings a field into view and the focus to it; whether it is in this form. */
  async reveal(path: string): Promise<boolean> {
    await this.updateComplete;
    if (path !== 'fork') return this.form.reveal(path);
    await this.forkHead?.updateComplete;
    return this.forkHead?.reveal() ?? false;
  }

  /** Hands files to a field. */
  give(path: string, files: GivenFiles): void {
    this.form.give(path, files);
  }

  override render() {
    const { store, words } = this;
    const { editor } = store;
    const accent = editor.selected === BASE ? 'var(--ink)' : colour(editor.selected);
    return html`
      <div ${styled({ '--accent': accent })}>
        ${this.renderPresets()} ${this.renderHead()}
        <tinyai-form
          .groups=${describeGroups(store, words, this.lock)}
          ?searchable=${this.searchable}
          .scope=${editor.scope}
          .scopes=${editor.scopes}
          @input=${({ path, value }: FieldEvent) => path && editor.setValue(path, value)}
          @validity=${(event: ValidityEvent) => store.setRefusals(event.refusals)}
        ></tinyai-form>
        <p class="foot"><button type="button" class="link" @click=${this.restore}>${this.text.form.restoreDefault}</button></p>
      </div>
    `;
  }

  private readonly restore = (): void => {
    this.form.discard();
    this.store.editor.restoreInitial();
  };

  private renderPresets() {
    const { store, words, text } = this;
    const presets = store.definition.presets(words.language);
    if (presets.length < 2) return nothing;
    const chosen = presets.find(({ spec }) => equal(spec, store.editor.spec))?.id ?? '';
    return html`<p class="preset">
      <label for="preset">${text.form.preset}</label>
      <select id="preset" .value=${live(chosen)} @change=${this.choosePreset}>
        ${chosen === '' ? html`<option value="" disabled selected>${text.form.noPreset}</option>` : nothing}
        ${presets.map(({ id }) => html`<option value=${id} ?selected=${id === chosen}>${words.lab.presets[id] ?? id}</option>`)}
      </select>
    </p>`;
  }

  private readonly choosePreset = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const preset = this.store.definition.presets(this.words.language).find(({ id }) => id === value);
    if (!preset) return;
    this.form.discard();
    this.store.editor.replace(structuredClone(preset.spec));
  };

  private renderHead() {
    const text = this.text.form;
    const { editor } = this.store;
    const { selected, spec } = editor;
    if (selected === BASE) return html`<p class="hint">${text.sharedHint}</p>`;
    const { name } = spec.runs[selected]!;
    return html`
      <div class="run">
        <label class="visually-hidden" for="name">${text.runName}</label>
        <input id="name" .value=${name} maxlength="40" @input=${(event: Event) => editor.rename(selected, (event.target as HTMLInputElement).value)} />
        <button type="button" class="link" ?disabled=${spec.runs.length >= MOST_RUNS} @click=${() => editor.duplicateRun(selected)}>${text.duplicate}</button>
        <button type="button" class="link" title=${text.forkRun(name)} ?disabled=${spec.runs.length >= MOST_RUNS} @click=${() => this.fork(selected)}>${text.fork}</button>
        <button type="button" class="link" ?disabled=${spec.runs.length === 1} @click=${() => this.takeOut(selected)}>${text.remove}</button>
      </div>
      ${this.asked === editor.scope ? this.renderAsked(selected) : nothing}
      ${keyed(editor.scope, editor.forked ? html`<tinyai-fork-head></tinyai-fork-head>` : html`<p class="hint">${text.runHint(name)}</p>`)}
    `;
  }

  /** Forks a run in the middle, from where the step can be changed. */
  private fork(run: number): void {
    const { editor } = this.store;
    editor.fork(run, Math.floor(editor.config(run).training.steps / 2));
    void this.reveal('fork');
  }

  /** Removes a run; where others are forks of it, after asking. */
  private takeOut(run: number): void {
    const { editor } = this.store;
    if (editor.forksOf(run).length === 0) editor.removeRun(run);
    else this.asked = editor.scope;
  }

  private renderAsked(run: number) {
    const text = this.text.form;
    const { editor } = this.store;
    const { runs } = editor.spec;
    const forks = editor.forksOf(run).map((fork) => runs[fork]!.name);
    const last = forks.length + 1 === runs.length;
    const removeAll = { label: text.removeAll, primary: true, take: () => editor.removeRun(run) };
    const keepAll = { label: text.keepAll, take: () => (this.asked = null) };
    const message = last ? text.lastRuns(runs[run]!.name) : text.removeForks(runs[run]!.name, forks);
    return forks.length === 0 ? nothing : html`<tinyai-notice class="asked" .items=${[{ message }]} .actions=${last ? [keepAll] : [removeAll, keepAll]}></tinyai-notice>`;
  }
}

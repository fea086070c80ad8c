import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { forkMayChange } from '../../engine/spec/fork';
import { shared } from '../../kit/base.css';
import '../../kit/copy/copy-field';
import type { RevealEvent } from '../../kit/notice/notice';
import type { Figure } from '../lab-definition';
import { offerFile } from '../../kit/offer-file';
import './control-bar/control-bar';
import type { ControlBar } from './control-bar/control-bar';
import './kept/kept';
import { BASE } from '../store/spec-editor';
import { LabElement } from './lab-element';
import { styles } from './lab-view.css';
import './past/past-note';
import './past/past-part';
import './problem-banner/problem-banner';
import './run-tabs/run-tabs';
import './spec-form/spec-form';
import type { SpecForm } from './spec-form/spec-form';

/** What belongs to a model rather than to a text. */
const MODEL_FILE = /\.(safetensors|json)$/;

/** A lab: its settings, what runs, and its figures. */
@customElement('tinyai-lab-view')
export class LabView extends LabElement {
  static override styles = [shared, styles];

  /** The stage and figures to show, by their ids; null: all. */
  @property({ attribute: false }) show: readonly string[] | null = null;
  /** Whether it stands in a page of somebody else's, in which other things may be dropped, too. */
  @property({ type: Boolean }) embedded = false;
  /** Whether question and actions are left out, too. */
  @property({ type: Boolean, reflect: true }) bare = false;
  /** Whether the form is left out. */
  @property({ type: Boolean }) plain = false;
  /** Groups and fields of the form that are left out, since they cannot be changed here. */
  @property({ attribute: false }) lock: readonly string[] = [];

  @query('tinyai-spec-form') private readonly form!: SpecForm | null;
  @query('h1') private readonly heading!: HTMLElement | null;
  @query('main') private readonly main!: HTMLElement;
  @query('tinyai-control-bar') private readonly bar!: ControlBar | null;
  /** Only narrow screens and embeds fold the form. */
  @state() private formOpen = false;
  private dropTarget: EventTarget | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.dropTarget = this.embedded ? this : this.ownerDocument.defaultView;
    this.dropTarget?.addEventListener('dragover', this.dropped);
    this.dropTarget?.addEventListener('drop', this.dropped);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dropTarget?.removeEventListener('dragover', this.dropped);
    this.dropTarget?.removeEventListener('drop', this.dropped);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('plain')) this.store.readOnly = this.plain;
  }

  /** Moves the focus past the settings. */
  skip(): void {
    this.main.focus();
  }

  /** Begins at the top of the page. */
  begin(): void {
    this.heading?.focus({ preventScroll: true });
    this.ownerDocument.defaultView?.scrollTo({ top: 0 });
  }

  /** Files may be dropped anywhere: left to the browser they would replace the page. */
  private readonly dropped = (given: Event): void => {
    const event = given as DragEvent;
    const handled = event.defaultPrevented;
    const { dataTransfer: transfer } = event;
    if (!transfer?.types.includes('Files')) return;
    event.preventDefault();
    if (event.type !== 'drop' || handled) return;
    const folder = [...transfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const model = folder || [...transfer.files].some((file) => MODEL_FILE.test(file.name));
    const path = model ? 'model.base' : 'data.corpus';
    const { editor } = this.store;
    // A fork goes on with the model, and perhaps the text, of the run that it is a fork of.
    if (editor.forked && !forkMayChange(path, editor.config(editor.selected))) editor.select(BASE);
    void this.form?.updateComplete.then(() => this.form?.give(path, { from: 'drop', transfer }));
  };

  override render() {
    const { store, words } = this;
    const { definition } = store;
    return html`
      <div class="page">
        ${this.plain ? nothing : this.renderForm()}
        <main id="results" tabindex="-1" role=${this.bare ? 'group' : nothing} @reveal=${this.reveal}>
          ${this.bare ? nothing : html`<div class="intro"><h1 tabindex="-1">${words.lab.question}</h1><p>${words.lab.lead}</p></div>`}
          <tinyai-control-bar ?plain=${this.bare}></tinyai-control-bar>
          <tinyai-problems ?embedded=${this.embedded}></tinyai-problems>
          ${store.shelf ? html`<tinyai-kept></tinyai-kept>` : nothing}
          ${this.renderPrevious()}
          <tinyai-past-note @rerun=${this.rerun}></tinyai-past-note>
          ${definition.stage && this.showsPart(definition.stage)
            ? html`<tinyai-past-part ?plans=${definition.stage.plans?.(store) ?? false}>${definition.stage.render(store)}</tinyai-past-part>`
            : nothing}
          ${repeat(
            this.figures,
            ({ id }) => id,
            (figure) => html`<tinyai-past-part class="figure" id=${figure.id} ?plans=${figure.plans?.(store) ?? false}>${figure.render(store)}</tinyai-past-part>`,
          )}
          ${this.bare ? nothing : this.renderActions()}
          ${this.bare ? nothing : html`<p class="print-only address">${this.text.results.address} ${store.link}</p>`}
        </main>
      </div>
    `;
  }

  private renderActions() {
    const { store } = this;
    const text = this.text.results;
    return html`<p class="actions">
      <tinyai-copy-field .label=${text.copyLink} .value=${() => store.link}></tinyai-copy-field>
      ${store.runner.view?.result ? html`<button class="link" @click=${this.download}>${text.download}</button>` : nothing}
      <slot name="actions"></slot>
    </p>`;
  }

  /** The button that runs what is written goes when the run begins. */
  private readonly rerun = (): void => this.bar?.focus();

  private get figures(): Figure[] {
    const { store } = this;
    return store.definition.figures.filter((figure) => this.showsPart(figure) && figure.shows(store));
  }

  private showsPart({ id }: { id: string }): boolean {
    return this.show === null || this.show.includes(id);
  }

  /** Whether any field that the lab draws itself cannot be changed. */
  private get locksDrawn(): boolean {
    return (this.store.definition.drawn ?? []).some((path) => this.lock.some((locked) => path === locked || path.startsWith(`${locked}.`)));
  }

  private renderForm() {
    const { text, store } = this;
    return html`<aside aria-label=${text.form.heading} ?data-open=${this.formOpen}>
      <tinyai-run-tabs @click=${() => (this.formOpen = true)}></tinyai-run-tabs>
      ${this.locksDrawn ? nothing : (store.definition.controls?.(store) ?? nothing)}
      <button class="fold" aria-expanded=${this.formOpen} @click=${() => (this.formOpen = !this.formOpen)}>
        ${this.formOpen ? text.form.hideForm : text.form.showForm}
      </button>
      <tinyai-spec-form .lock=${this.lock}></tinyai-spec-form>
    </aside>`;
  }

  private async reveal({ path }: RevealEvent): Promise<void> {
    this.formOpen = true;
    await this.updateComplete;
    await this.form?.reveal(path);
  }

  private renderPrevious() {
    const { runner } = this.store;
    if (!runner.previous?.ended) return nothing;
    const text = this.text.results;
    const when = this.format.date(runner.previous.ended.getTime());
    return html`<p class="notes">
      ${runner.viewsPrevious ? text.viewingPrevious : text.previous(when)}
      <button class="link" @click=${() => runner.viewPrevious(!runner.viewsPrevious)}>${runner.viewsPrevious ? text.showCurrent : text.showPrevious}</button>
    </p>`;
  }

  private readonly download = (): void => {
    const json = JSON.stringify(this.store.runner.view!.result, null, 2);
    offerFile(this.ownerDocument, new Blob([json], { type: 'application/json' }), 'tinyai-result.json', this.store.clock);
  };
}

import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../../components/comparison-table/comparison-table';
import '../../components/control-bar/control-bar';
import '../../components/loss-chart/loss-chart';
import '../../components/problem-banner/problem-banner';
import '../../components/run-figures/run-figures';
import '../../components/run-tabs/run-tabs';
import '../../components/site-header/site-header';
import '../../components/spec-form/spec-form';
import type { SpecForm } from '../../components/spec-form/spec-form';
import '../../components/verse-samples/verse-samples';
import { KitLanguage } from '../../i18n/kit-provider';
import { messages } from '../../i18n/locale';
import '../../kit/copy/copy-field';
import { shared } from '../../kit/base.css';
import type { RevealEvent } from '../../kit/notice/notice';
import { LabElement } from '../../workbench/lab-element';
import { Workbench } from '../../workbench/workbench';
import { styles } from './finetuning-lab.css';

/** What belongs to a model rather than to a text. */
const MODEL_FILE = /\.(safetensors|json)$/;

/** The first lab: the same base model fine-tuned several ways, side by side. */
@customElement('finetuning-lab')
export class FinetuningLab extends LabElement {
  static override styles = [shared, styles];

  @query('spec-form') private readonly form!: SpecForm;
  @query('main') private readonly main!: HTMLElement;
  /** Only narrow screens fold the form. */
  @state() private formOpen = false;

  constructor() {
    super();
    new KitLanguage(this);
    this.bench = new Workbench();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.bench.start();
    window.addEventListener('dragover', this.dropped);
    window.addEventListener('drop', this.dropped);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('dragover', this.dropped);
    window.removeEventListener('drop', this.dropped);
  }

  /** Files may be dropped anywhere: left to the browser they would replace the page. */
  private readonly dropped = (event: DragEvent): void => {
    const handled = event.defaultPrevented;
    event.preventDefault();
    const { dataTransfer: transfer } = event;
    if (event.type !== 'drop' || handled || !transfer?.types.includes('Files')) return;
    const folder = [...transfer.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
    const model = folder || [...transfer.files].some((file) => MODEL_FILE.test(file.name));
    this.form.give(model ? 'model.base' : 'data.corpus', { from: 'drop', transfer });
  };

  override render() {
    const text = messages();
    const { bench } = this;
    return html`
      <site-header page="lab" .environment=${bench.environment} ?failed=${bench.engineProblems.length > 0} @skip=${() => this.main.focus()}></site-header>
      <div class="page">
        <aside aria-label=${text.form.heading} ?data-open=${this.formOpen}>
          <run-tabs .bench=${bench} @click=${() => (this.formOpen = true)}></run-tabs>
          <button class="fold" aria-expanded=${this.formOpen} @click=${() => (this.formOpen = !this.formOpen)}>
            ${this.formOpen ? text.form.hideForm : text.form.showForm}
          </button>
          <spec-form .bench=${bench}></spec-form>
        </aside>
        <main id="results" tabindex="-1" @reveal=${this.reveal}>
          <div class="intro">
            <h1>${text.lab.question}</h1>
            <p>${text.lab.lead}</p>
          </div>
          <control-bar .bench=${bench}></control-bar>
          <problem-banner .bench=${bench}></problem-banner>
          ${this.renderPrevious()}
          <loss-chart .bench=${bench}></loss-chart>
          ${bench.shown
            ? html`
                <run-figures .bench=${bench}></run-figures>
                <verse-samples .bench=${bench}></verse-samples>
                <comparison-table .bench=${bench}></comparison-table>
              `
            : nothing}
          ${this.renderActions()}
        </main>
      </div>
    `;
  }

  protected override updated(): void {
    const text = messages();
    document.documentElement.lang = text.languageTag;
    document.title = `${text.lab.name} · ${text.title}`;
  }

  private async reveal({ path }: RevealEvent): Promise<void> {
    this.formOpen = true;
    await this.updateComplete;
    await this.form.reveal(path);
  }

  private renderPrevious() {
    const { previous, viewingPrevious } = this.bench;
    if (!previous?.ended) return nothing;
    const text = messages().results;
    const when = previous.ended.toLocaleTimeString(messages().languageTag, { hour: '2-digit', minute: '2-digit' });
    return html`<p class="previous">
      ${viewingPrevious ? text.viewingPrevious : text.previous(when)}
      <button class="link" @click=${() => this.bench.viewPrevious(!viewingPrevious)}>${viewingPrevious ? text.showCurrent : text.showPrevious}</button>
    </p>`;
  }

  private renderActions() {
    const text = messages().results;
    return html`<p class="actions">
      <tinyai-copy-field .label=${text.copyLink} .value=${this.address}></tinyai-copy-field>
      ${this.bench.shown?.result ? html`<button class="link" @click=${this.download}>${text.download}</button>` : nothing}
    </p>`;
  }

  private readonly address = (): string => {
    this.bench.settle();
    return window.location.href;
  };

  private download(): void {
    const json = JSON.stringify(this.bench.shown!.result, null, 2);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([json], { type: 'application/json' }));
    link.download = 'tinyai-result.json';
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

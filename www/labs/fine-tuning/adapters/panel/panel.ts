import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { CONFIG, WEIGHTS } from '../../../../engine/assets/adapter-problems';
import { FIELDS } from '../../../../engine/spec/schema';
import { setInBase } from '../../../../engine/spec/patch';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/form/drop-zone';
import type { GivenEvent } from '../../../../kit/form/drop-zone';
import type { FieldEvent, Refusal, TypedEvent } from '../../../../kit/form/events';
import '../../../../kit/form/number-box';
import '../../../../kit/notice/notice';
import { refusalText } from '../../../../kit/form/read-number';
import { runName } from '../../../../shell/figures/run-mark';
import { BASE } from '../../../../shell/store/spec-editor';
import { AdaptersElement } from '../adapters-element';
import { isRefusal } from '../shelf/problems';

const STEPS = 'training.steps';

/** What is to be trained for the shelf, and where files for it are dropped. */
@customElement('tinyai-adapters-panel')
export class AdaptersPanel extends AdaptersElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
        gap: var(--space-3) var(--space-5);
        padding-top: var(--space-2);
      }

      h3 {
        padding-bottom: var(--space-1);
        font-size: var(--size-text);
        font-weight: 600;
      }

      .run {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1em;
        align-items: baseline;
        justify-content: space-between;
        padding-block: 0.28em;
        border-bottom: 1px solid var(--rule);
      }

      .quiet,
      .hint {
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      .steps {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6em;
        align-items: center;
        padding-top: var(--space-2);
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      .steps tinyai-number-box {
        width: 5.4rem;
        color: var(--ink);
      }

      .problem {
        color: var(--seal-ink);
      }

      tinyai-drop-zone {
        align-self: start;
      }

      .why {
        font-size: var(--size-note);
      }

      .why summary {
        width: fit-content;
        cursor: pointer;
      }

      .why li {
        overflow-wrap: anywhere;
      }
    `,
  ];

  private refusal: Refusal | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.refusal = null;
    this.store?.setRefusals([], this);
  }

  override render() {
    const { own, store, desk } = this;
    const { spec } = store.editor;
    const text = own.panel;
    const { shelf } = desk;
    return html`<div class="panel">
      <div>
        <h3>${text.trained}</h3>
        <ul>
          ${spec.runs.map(({ name }, run) => html`<li class="run">${runName(run, name)}<span class="quiet">${this.told(run)}</span></li>`)}
        </ul>
        <div class="steps"><span aria-hidden="true">${text.steps}</span>${this.renderSteps()} <span>${text.change}</span>${this.renderRefusal()}</div>
      </div>
      <tinyai-drop-zone
        folders
        .label=${text.drop}
        .taking=${shelf.reading}
        accept=".json,.safetensors"
        @given=${({ given }: GivenEvent) => void shelf.take(given)}
        @stop=${() => shelf.stopTaking()}
      >
        <h3>${text.drop}</h3>
        <p class="hint">${text.dropHint(this.source(spec.base.model.base), CONFIG, WEIGHTS)}</p>
        ${this.renderFaults()}
      </tinyai-drop-zone>
    </div>`;
  }

  /** Why files that were dropped are not taken: in a word, with what the engine says of them folded below. */
  private renderFaults() {
    const { own, words, desk: { shelf } } = this;
    const { problems } = shelf;
    if (problems.length === 0) return nothing;
    const shown = problems.map((one) => ({ message: isRefusal(one) ? own.panel.refused(one.refused) : words.message(one.message) }));
    const whys = problems.filter(isRefusal);
    return html`<tinyai-notice .items=${shown} dismissible @dismiss=${() => shelf.dismiss()}>
      ${whys.length === 0 ? nothing : html`<details class="why"><summary>${own.panel.why}</summary><ul>${whys.map(({ message }) => html`<li>${words.message(message)}</li>`)}</ul></details>`}
    </tinyai-notice>`;
  }

  /** What a run trains with which method. */
  private told(run: number): string {
    const { data, fine_tuning: { method, quantization } } = this.store.editor.config(run);
    const kept = quantization === 'none' ? [] : [this.words.option('fine_tuning.quantization', quantization) ?? quantization];
    return [this.words.option('fine_tuning.method', method) ?? method, ...kept, this.source(data.corpus)].join(' · ');
  }

  private source = (name: string): string => this.text.sources[name] ?? name.replace(/^file:/, '');

  private renderSteps() {
    const { store, own } = this;
    const { spec } = store.editor;
    return html`<tinyai-number-box
      .path=${STEPS}
      .label=${own.panel.steps}
      .schema=${FIELDS.get(STEPS)!.schema}
      .value=${spec.base.training.steps}
      .wrong=${store.editor.problemsAt(-1, STEPS).length > 0}
      @change=${({ value }: FieldEvent) => typeof value === 'number' && value !== spec.base.training.steps && store.editor.write(setInBase(spec, STEPS, value), BASE)}
      @typed=${({ refusal }: TypedEvent) => this.refuse(refusal)}
    ></tinyai-number-box>`;
  }

  private refuse(refusal: Refusal | null): void {
    this.refusal = refusal;
    this.store.setRefusals(refusal ? [refusal] : [], this);
    this.requestUpdate();
  }

  private renderRefusal() {
    const { refusal } = this;
    return refusal ? html`<span class="problem" aria-live="polite">${refusalText(refusal.typed, refusal.reading, this.words.kit)}</span>` : nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-adapters-panel': AdaptersPanel;
  }
}

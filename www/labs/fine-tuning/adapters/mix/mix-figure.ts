import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { problemsOf } from '../../../../engine/error';
import type { Mixing } from '../../../../types/generated/Mixing';
import { shared } from '../../../../kit/base.css';
import '../../../../kit/figure/figure';
import type { FieldEvent } from '../../../../kit/form/events';
import '../../../../kit/form/number-box';
import '../../../../kit/notice/notice';
import { styles as verse } from '../../../../shell/figures/verse-samples/verse-samples.css';
import { styled } from '../../../../kit/styled';
import type { Problem } from '../../../../types/generated/Problem';
import { AdaptersElement } from '../adapters-element';
import { styles as serve } from '../serve/serve.css';
import type { Row, Served } from '../serve/serving';
import { blank, isVertical, sheet } from '../serve/sheets';
import type { Item } from '../shelf/item';

const HOWS: readonly Mixing[] = ['linear', 'cat', 'svd'];
/** Weights that stand open; those of more adapters are folded. */
const OPEN = 3;
/** Of a slider. */
const [LOWEST, HIGHEST, STEP] = [-1, 2, 0.05];
/** Where a weight is along a slider, from 0 to 1. */
const along = (weight: number): number => (weight - LOWEST) / (HIGHEST - LOWEST);
const RANK = { type: 'integer', minimum: 1, maximum: 256 } as const;

/** Adapters added up with weights: one more adapter, beside what it is of. */
@customElement('tinyai-adapter-mix')
export class AdapterMix extends AdaptersElement {
  static override styles = [
    shared,
    verse,
    serve,
    css`
      .weights {
        display: grid;
        flex: 1 1 20rem;
        gap: var(--space-1) var(--space-3);
        max-width: 34rem;
      }

      .weight {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(6rem, 12rem) 3.4em;
        gap: 0 0.8em;
        align-items: center;
      }

      /* Filled from nought, which has a tick, to what is set. */
      input[type='range'] {
        --thumb: 1.05rem;
        --zero: calc(var(--thumb) / 2 + var(--nought) * (100% - var(--thumb)));
        --from: calc(var(--thumb) / 2 + var(--low) * (100% - var(--thumb)));
        --to: calc(var(--thumb) / 2 + var(--high) * (100% - var(--thumb)));
        min-width: 0;
        height: max(1.8em, var(--target));
        margin: 0;
        background:
          linear-gradient(to right, transparent calc(var(--zero) - 1px), var(--ink-2) 0 calc(var(--zero) + 1px), transparent 0) center / 100% 0.9rem no-repeat,
          linear-gradient(to right, var(--rule-strong) var(--from), var(--ink) 0 var(--to), var(--rule-strong) 0) center / 100% 4px no-repeat;
        appearance: none;
      }

      input[type='range']::-webkit-slider-thumb {
        width: var(--thumb);
        height: var(--thumb);
        border: 2px solid var(--paper);
        border-radius: 50%;
        background: var(--ink);
        appearance: none;
      }

      input[type='range']::-moz-range-thumb {
        width: var(--thumb);
        height: var(--thumb);
        border: 2px solid var(--paper);
        border-radius: 50%;
        background: var(--ink);
        box-sizing: border-box;
      }

      output {
        text-align: right;
      }

      .option {
        display: flex;
        gap: 0.6em;
        align-items: baseline;
        cursor: pointer;
      }

      .option input {
        flex: none;
        accent-color: var(--ink);
      }

      .option small {
        display: block;
        max-width: 44em;
        font-size: var(--size-small);
      }

      details.more > div.stack {
        display: grid;
        gap: var(--space-2);
      }

      .result {
        padding-bottom: var(--space-3);
      }

      .hint {
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  /** What was set; the first two of the shelf are mixed half and half until then. */
  @state() private weights: ReadonlyMap<Item, number> = new Map();
  @state() private how: Mixing = 'cat';
  @state() private rank = 8;
  @state() private mixing = false;
  @state() private problems: readonly Problem[] = [];
  @state() private made: { item: Item; parts: readonly Item[] } | null = null;

  override render() {
    const { own, words, problems, made } = this;
    const text = own.mix;
    const { mixable } = this;
    return html`<tinyai-figure name="mixing" .heading=${text.heading} .caption=${text.caption}>
      ${mixable.length < 2 ? html`<p class="empty">${text.needsTwo}</p>` : this.renderForm(mixable)}
      ${problems.length === 0 ? nothing : html`<tinyai-notice .items=${problems.map(({ message }) => ({ message: words.message(message) }))}></tinyai-notice>`}
      ${made ? this.renderMade(made) : nothing}
    </tinyai-figure>`;
  }

  private get mixable(): Item[] {
    return this.desk.shelf.ready.filter(({ shelved }) => shelved!.entry.mixes);
  }

  private weightOf(item: Item, mixable: readonly Item[]): number {
    return this.weights.get(item) ?? (this.weights.size === 0 && mixable.indexOf(item) < 2 ? 0.5 : 0);
  }

  private renderForm(mixable: Item[]) {
    const { own, mixing } = this;
    const text = own.mix;
    const parts = this.parts(mixable);
    const blocked = mixing ? text.mixing : parts.length < 2 ? text.atLeastTwo : null;
    const more = mixable.slice(OPEN);
    return html`<form @submit=${this.submitted}>
      <div class="weights">${mixable.slice(0, OPEN).map((item) => this.renderWeight(item, mixable))}</div>
      <button type="submit" class="primary" aria-disabled=${blocked !== null}>${text.mix}</button>
      ${blocked ? html`<span class="hint" role="status">${blocked}</span>` : nothing}
      <details class="more">
        <summary>${more.length > 0 ? text.more(more.length) : text.how}</summary>
        <div class="stack">
          ${more.length > 0 ? html`<div class="weights">${more.map((item) => this.renderWeight(item, mixable))}</div>` : nothing}
          <div role="radiogroup" aria-label=${text.how}>
            ${HOWS.map(
              (how) => html`<label class="option"
                ><input type="radio" name="how" .checked=${live(this.how === how)} @change=${() => (this.how = how)} /><span>${text.hows[how].name}<small>${text.hows[how].means}</small></span></label
              >`,
            )}
          </div>
          ${this.how === 'svd'
            ? html`<div class="field"><span aria-hidden="true">${text.rank}</span><tinyai-number-box .label=${text.rank} .schema=${RANK} .value=${this.rank} @change=${({ value }: FieldEvent) => typeof value === 'number' && (this.rank = value)}></tinyai-number-box></div>`
            : nothing}
        </div>
      </details>
    </form>`;
  }

  private renderWeight(item: Item, mixable: readonly Item[]) {
    const weight = this.weightOf(item, mixable);
    const set = (event: Event): void => {
      const all = mixable.map((one): [Item, number] => [one, this.weightOf(one, mixable)]);
      this.weights = new Map([...all, [item, Number((event.target as HTMLInputElement).value)]]);
    };
    return html`<label class="weight">
      ${this.marked(item)}
      <input ${styled({ '--nought': String(along(0)), '--low': String(along(Math.min(0, weight))), '--high': String(along(Math.max(0, weight))) })} type="range" min=${LOWEST} max=${HIGHEST} step=${STEP} aria-label=${this.own.mix.weight(item.name)} .value=${live(String(weight))} @input=${set} />
      <output>${this.format.times(weight)}</output>
    </label>`;
  }

  private parts(mixable: readonly Item[]): { item: Item; weight: number }[] {
    return mixable.map((item) => ({ item, weight: this.weightOf(item, mixable) })).filter(({ weight }) => weight !== 0);
  }

  private readonly submitted = async (event: Event): Promise<void> => {
    event.preventDefault();
    const parts = this.parts(this.mixable);
    if (this.mixing || parts.length < 2) return;
    const { desk, own, format } = this;
    this.mixing = true;
    this.problems = [];
    try {
      const name = own.mix.name(parts.map(({ item, weight }) => own.shelf.part(format.short(weight), item.name)));
      const item = await desk.shelf.mix(name, parts, this.how, this.how === 'svd' ? this.rank : null);
      const of = parts.map((part) => part.item);
      this.made = { item, parts: of };
      const rows: Row[] = [...of, item].map((one) => ({ item: one }));
      const { temperature, top_k } = this.store.editor.spec.base.evaluation;
      void desk.tasting.start(rows, { prompt: desk.serving.served?.prompt ?? this.firstPrompt, tokens: this.firstTokens, temperature, top_k, seed: 0 });
    } catch (error) {
      this.problems = problemsOf(error);
    } finally {
      this.mixing = false;
    }
  };

  private renderMade({ item, parts }: NonNullable<typeof this.made>) {
    const { own, format, desk } = this;
    const { loss } = item;
    const losses = parts.flatMap(({ loss }) => loss ?? []);
    const { served } = desk.tasting;
    return html`
      ${loss === null || losses.length < parts.length
        ? nothing
        : html`<p class="result" role="status">${own.mix.result(item.name, format.loss(loss), parts.map(({ name, loss }) => ({ name, loss: format.loss(loss!) })), loss < Math.min(...losses))}</p>`}
      ${served && served.rows.some((row) => row.item === item) ? html`<div class="rows">${served.rows.map((row, i) => this.renderRow(served, row, i))}</div>` : nothing}
    `;
  }

  private renderRow(served: Served, { item }: Row, row: number) {
    const { serve } = this.own;
    const { written, prompt } = served;
    return html`<article class="after">
      <h3>${this.marked(item)}</h3>
      ${written ? sheet(prompt, written.texts[row] ?? '', isVertical(served), serve.sheet(item?.name ?? this.own.shelf.base)) : blank(serve.waiting)}
    </article>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-adapter-mix': AdapterMix;
  }
}

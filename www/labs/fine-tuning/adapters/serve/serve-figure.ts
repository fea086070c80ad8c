import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { shared } from '../../../../kit/base.css';
import { tableCsv } from '../../../../kit/chart/csv';
import '../../../../kit/figure/figure';
import type { FieldEvent } from '../../../../kit/form/events';
import '../../../../kit/form/number-box';
import '../../../../kit/notice/notice';
import { styles as verse } from '../../../../shell/figures/verse-samples/verse-samples.css';
import { AdaptersElement } from '../adapters-element';
import { styles } from './serve.css';
import type { Row, Served } from './serving';
import { blank, isVertical, sheet } from './sheets';

/** From so many milliseconds on, a swap is noticed. */
const NOTICED = 50;
const TOKENS = { type: 'integer', minimum: 1, maximum: 400 } as const;
const TEMPERATURE = { type: 'number', minimum: 0, maximum: 2 } as const;

/** One prompt that the base and every adapter continue, in one batch. */
@customElement('tinyai-adapter-serve')
export class AdapterServe extends AdaptersElement {
  static override styles = [shared, verse, styles];

  /** Null: that of the base. */
  @state() private prompt: string | null = null;
  /** Null: as many as suit the base. */
  @state() private tokens: number | null = null;
  @state() private temperature = 0.8;
  /** Others each time. */
  private seed = 0;
  private readonly files = { csv: () => this.csv() };

  override render() {
    const { own, desk, words } = this;
    const { shelf, serving } = desk;
    const text = own.serve;
    const none = shelf.ready.length === 0;
    const { served } = serving;
    return html`<tinyai-figure name="serving" .heading=${text.heading} .caption=${text.caption} .files=${this.files}>
      ${none && !served ? html`<p class="empty">${text.empty}</p>` : this.renderForm(none)}
      ${serving.problems.length === 0 ? nothing : html`<tinyai-notice .items=${serving.problems.map(({ message }) => ({ message: words.message(message) }))}></tinyai-notice>`}
      ${served ? html`${this.renderMeasures(served)}<div class="rows" aria-busy=${serving.busy}>${served.rows.map((row, i) => this.renderRow(served, row, i))}</div>` : nothing}
    </tinyai-figure>`;
  }

  private get begin(): string {
    return this.prompt ?? this.firstPrompt;
  }

  private renderForm(none: boolean) {
    const { own, desk, begin } = this;
    const { serving } = desk;
    const text = own.serve;
    return html`<form @submit=${this.submitted}>
      <label class="field wide">
        ${text.prompt}
        <textarea rows=${begin.includes('\n') ? 2 : 1} maxlength="400" .value=${live(begin)} @input=${(event: Event) => (this.prompt = (event.target as HTMLTextAreaElement).value)}></textarea>
      </label>
      ${serving.busy
        ? html`<button type="button" class="plain" @click=${() => serving.stop()}>${text.stop}</button>`
        : html`<button type="submit" class="primary" aria-disabled=${none} title=${none ? text.empty : nothing}>${serving.served ? text.again : text.write}</button>`}
      <details class="more">
        <summary>${text.more}</summary>
        <div>
          <div class="field">
            <span aria-hidden="true">${text.tokens}</span>
            <tinyai-number-box .label=${text.tokens} .schema=${TOKENS} .value=${this.tokens ?? this.firstTokens} @change=${({ value }: FieldEvent) => typeof value === 'number' && (this.tokens = value)}></tinyai-number-box>
          </div>
          <div class="field">
            <span aria-hidden="true">${text.temperature}</span>
            <tinyai-number-box .label=${text.temperature} .schema=${TEMPERATURE} .value=${this.temperature} @change=${({ value }: FieldEvent) => typeof value === 'number' && (this.temperature = value)}></tinyai-number-box>
          </div>
        </div>
      </details>
    </form>`;
  }

  private readonly submitted = (event: Event): void => {
    event.preventDefault();
    const { desk, begin, temperature } = this;
    const tokens = this.tokens ?? this.firstTokens;
    const { shelf, serving } = desk;
    if (shelf.ready.length === 0) return;
    const rows: Row[] = [null, ...shelf.ready].map((item) => ({ item }));
    void serving.start(rows, { prompt: begin, tokens, temperature, top_k: this.store.editor.spec.base.evaluation.top_k, seed: this.seed++ });
  };

  /** How fast all were written together, which shared their passes, and how long a swap takes. */
  private renderMeasures({ written, rows }: Served) {
    const { own, format } = this;
    const text = own.serve;
    if (!written || written.seconds === 0) return nothing;
    const together = written.batched.filter(Boolean).length;
    // One that has a base of its own brings that along, and swaps nothing on this one.
    const swaps = rows.flatMap(({ item }) => (item?.shelved?.entry.alone === null ? 1000 * item.shelved.entry.seconds : []));
    const slowest = swaps.length > 0 ? Math.max(...swaps) : null;
    return html`<div class="measures" role="status">
      <p><b>${text.rate(format.three(written.tokens / written.seconds))}</b>${text.amount(format.count(written.tokens), format.count(rows.length), format.duration(written.seconds))} ${text.shared(format.count(together), format.count(rows.length))}</p>
      ${slowest === null ? nothing : html`<p><b>${text.swap(format.three(slowest))}</b>${text.swapBar(slowest < NOTICED)}</p>`}
    </div>`;
  }

  private renderRow(served: Served, { item }: Row, row: number) {
    const { own, words } = this;
    const text = own.serve;
    const name = item?.name ?? own.shelf.base;
    const { written, prompt } = served;
    const vertical = isVertical(served);
    const together = written?.batched[row] ?? false;
    const others = (written?.batched.filter(Boolean).length ?? 1) - 1;
    const alone = item?.shelved?.entry.alone;
    return html`<article class="after">
      <h3>${this.marked(item)}</h3>
      ${written ? sheet(prompt, written.texts[row] ?? '', vertical, text.sheet(name)) : blank(text.waiting)}
      ${written ? html`<p class="how">${together && others > 0 ? text.together(others) : text.byItself}${!together && alone ? `${text.because}${words.of(alone)}` : ''}</p>` : nothing}
    </article>`;
  }

  private csv(): string | null {
    const { served } = this.desk.serving;
    if (!served?.written) return null;
    const { adapter, base } = this.own.shelf;
    return tableCsv([adapter, this.own.serve.prompt, this.own.serve.heading], served.rows.map(({ item }, row) => [item?.name ?? base, served.prompt, served.written!.texts[row] ?? '']));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-adapter-serve': AdapterServe;
  }
}

import { ContextProvider } from '@lit/context';
import { html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../kit/base.css';
import { kitText } from '../kit/text/text';
import type { PageFrame } from '../pages/frame';
import '../pages/site-header/site-header';
import './bench-control/bench-control';
import { BenchElement } from './bench-element';
import './bench-environment/bench-environment';
import './bench-figure/bench-figure';
import { styles } from './bench-page.css';
import './bench-peak/bench-peak';
import './bench-settings/bench-settings';
import { grouped } from './grouped';
import { BENCH_WORDS, benchWords } from './text/words';

/** The benchmark on the visitor's own machine. */
@customElement('tinyai-bench-page')
export class BenchPage extends BenchElement {
  static override styles = [shared, styles];

  /** Given once. */
  @property({ attribute: false }) frame!: PageFrame;

  @query('main') private readonly main!: HTMLElement;

  private readonly provided = new ContextProvider(this, { context: benchWords, initialValue: BENCH_WORDS.en });
  private readonly kit = new ContextProvider(this, { context: kitText, initialValue: BENCH_WORDS.en.kit });
  private unfollow = (): void => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unfollow = this.frame.language.follow((language) => {
      this.words = BENCH_WORDS[language];
      this.provided.setValue(this.words);
      this.kit.setValue(this.words.kit);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unfollow();
  }

  override render() {
    const { bench, frame } = this;
    const text = this.words.bench;
    return html`
      <tinyai-site-header .frame=${frame} @skip=${() => this.main.focus()}></tinyai-site-header>
      <main id="results" tabindex="-1">
        <div class="intro">
          <h1>${text.question}</h1>
          <p>${text.lead}</p>
        </div>
        <tinyai-bench-settings .bench=${bench}></tinyai-bench-settings>
        <tinyai-bench-control .bench=${bench}></tinyai-bench-control>
        ${this.renderNotice()} ${this.renderRefused()}
        ${bench.rows.length === 0
          ? html`<p class="empty">${text.empty}</p>`
          : html`
              <tinyai-bench-peak .bench=${bench}></tinyai-bench-peak>
              ${this.renderFigures()}
              <tinyai-bench-environment .bench=${bench}></tinyai-bench-environment>
            `}
      </main>
    `;
  }

  /** Without threads there is less to measure: the page says so, and why. */
  private renderNotice() {
    const text = this.words.bench;
    const { variant, machine } = this.bench;
    if (!variant || variant.startsWith('threads')) return nothing;
    return html`<p class="notice">${machine.isolated ? text.threadsMissing : text.threadsNotIsolated}</p>`;
  }

  private renderRefused() {
    const { bench: text } = this.words;
    return this.bench.refused.map(({ name, values, accepted }) => html`<p class="notice" role="alert">${text.refused(name, text.list(values), text.list(accepted))}</p>`);
  }

  private renderFigures() {
    const figures = [...grouped(this.bench.rows, ({ group, threads }) => `${group} ${threads}`).values()];
    return figures.map(
      (rows, i) =>
        html`<tinyai-bench-figure .index=${i + 1} .group=${rows[0]!.group} .threads=${rows[0]!.threads} .rows=${rows}></tinyai-bench-figure>`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bench-page': BenchPage;
  }
}

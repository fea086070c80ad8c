import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import '../components/bench-control/bench-control';
import '../components/bench-environment/bench-environment';
import '../components/bench-figure/bench-figure';
import '../components/bench-peak/bench-peak';
import '../components/bench-settings/bench-settings';
import '../components/site-header/site-header';
import { KitLanguage } from '../i18n/kit-provider';
import { messages } from '../i18n/locale';
import { shared } from '../kit/base.css';
import { BenchElement } from './bench-element';
import { Benchmark } from './benchmark';
import { grouped } from './grouped';
import { styles } from './bench-page.css';

/** The benchmark on the visitor's own machine. */
@customElement('bench-page')
export class BenchPage extends BenchElement {
  static override styles = [shared, styles];

  @query('main') private readonly main!: HTMLElement;

  constructor() {
    super();
    new KitLanguage(this);
    this.bench = new Benchmark();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.bench.start();
  }

  override render() {
    const text = messages().bench;
    const { bench } = this;
    return html`
      <site-header page="bench" @skip=${() => this.main.focus()}></site-header>
      <main id="results" tabindex="-1">
        <div class="intro">
          <h1>${text.question}</h1>
          <p>${text.lead}</p>
        </div>
        <bench-settings .bench=${bench}></bench-settings>
        <bench-control .bench=${bench}></bench-control>
        ${this.renderNotice()}
        ${bench.rows.length === 0
          ? html`<p class="empty">${text.empty}</p>`
          : html`
              <bench-peak .bench=${bench}></bench-peak>
              ${this.renderFigures()}
              <bench-environment .bench=${bench}></bench-environment>
            `}
      </main>
    `;
  }

  protected override updated(): void {
    const text = messages();
    document.documentElement.lang = text.languageTag;
    document.title = `${text.bench.name} · ${text.title}`;
  }

  /** Without threads there is less to measure: the page says so, and why. */
  private renderNotice() {
    const text = messages().bench;
    const { variant } = this.bench;
    if (!variant || variant.startsWith('threads')) return nothing;
    return html`<p class="notice">${window.crossOriginIsolated ? text.threadsMissing : text.threadsNotIsolated}</p>`;
  }

  private renderFigures() {
    const figures = [...grouped(this.bench.rows, ({ group, threads }) => `${group} ${threads}`).values()];
    return figures.map(
      (rows, i) => html`<bench-figure .index=${i + 1} .group=${rows[0]!.group} .threads=${rows[0]!.threads} .rows=${rows}></bench-figure>`,
    );
  }
}

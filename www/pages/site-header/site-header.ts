import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import type { Environment } from '../../types/generated/Environment';
import type { PageFrame, PageLink } from '../frame';
import { FRAME_TEXT, type FrameText } from '../text';
import { styles } from './site-header.css';

/** What the header needs of the page's frame. */
export type HeaderFrame = Pick<PageFrame, 'home' | 'page' | 'pages' | 'language' | 'theme' | 'presenting' | 'addressOf'>;

/**
 * The top of the page: where one is, what runs the experiments, language and appearance. Its event `skip` says that the focus is to move
 * to the page's results.
 */
@customElement('tinyai-site-header')
export class SiteHeader extends LitElement {
  static override styles = [shared, styles];

  /** Given once. */
  @property({ attribute: false }) frame!: HeaderFrame;
  /** Where the experiments run; null: not known yet; undefined: not told here. */
  @property({ attribute: false }) environment: Environment | null | undefined;
  /** Whether the engine could not be loaded. */
  @property({ type: Boolean }) failed = false;

  /** What a print is dated by. */
  @state() private day = new Date();

  private readonly signals = new DrawnBySignals(this);
  private readonly dated = (): void => void (this.day = new Date());

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeprint', this.dated);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeprint', this.dated);
  }

  protected override updated(): void {
    this.toggleAttribute('present', this.frame.presenting.current === 'on');
  }

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  override render() {
    const text = this.text();
    return html`
      <header>
        <a class="skip" href="#results" @click=${this.skip}>${text.skipToContent}</a>
        <a class="brand" href=${this.frame.home} aria-label=${text.title} aria-current=${this.frame.page === 'home' ? 'page' : nothing}>
          <svg class="seal" viewBox="0 0 32 32" aria-hidden="true">
            <rect x="1" y="1" width="30" height="30" rx="5" />
            <path d="M7 7 C9 15 12 17 16 18 S23 20.5 25 20.5" />
            <path d="M7 7 C8.5 19 11 23 16 24.4 S23 25.6 25 25.6" />
          </svg>
          <span class="site">${text.title}</span>
        </a>
        <nav aria-label=${text.pages}>${this.frame.pages.map((page) => this.renderPage(page))}</nav>
        ${this.environment === undefined ? nothing : this.renderStatus(this.environment, text.engine)}
        <time class="day print-only" datetime=${this.day.toISOString().slice(0, 10)}>${this.day.toLocaleDateString(text.languageTag, { dateStyle: 'long' })}</time>
        <div class="switches">${this.renderLanguages(text)} ${this.renderTheme(text)} ${this.renderPresent(text)}</div>
      </header>
    `;
  }

  private renderPage(page: PageLink) {
    const { frame } = this;
    const current = page.id === frame.page;
    // What was left there last is known just before the link is taken: these events come before its menu, and before a drag.
    const restore = (event: Event): void => {
      (event.currentTarget as HTMLAnchorElement).href = frame.addressOf(page);
    };
    return html`<a
      href=${page.href}
      aria-current=${current ? 'page' : nothing}
      @pointerdown=${current ? nothing : restore}
      @focus=${current ? nothing : restore}
      @click=${current ? nothing : restore}
      >${page.name[frame.language.current]}</a
    >`;
  }

  private renderStatus(environment: Environment | null, text: FrameText['engine']) {
    if (!environment) return html`<p class="status" role="status">${text.title} · ${this.failed ? text.failed : text.loading}</p>`;
    const { engine, variant, threads } = environment;
    const threaded = threads > 1 || variant.startsWith('threads');
    const isolation = environment.isolated ? text.isolated : text.notIsolated;
    return html`
      <p class="status" role="status" title=${[engine, variant, isolation].join(' · ')}>
        <span class="visually-hidden">${variant}</span>
        <span>${threaded ? text.threads(threads) : text.oneThread}</span>
        <span class="visually-hidden">${isolation}</span>
      </p>
    `;
  }

  private renderLanguages(text: FrameText) {
    const { language } = this.frame;
    return html`<div class="switch" role="group" aria-label=${text.switchLanguage}>
      ${language.options.map((option) => {
        const { languageName, languageTag } = FRAME_TEXT[option];
        return html`<button lang=${languageTag} aria-pressed=${language.current === option} @click=${() => language.choose(option)}>${languageName}</button>`;
      })}
    </div>`;
  }

  private renderTheme(text: FrameText) {
    const { theme } = this.frame;
    const name = text.themes[theme.current];
    const label = `${text.switchTheme}: ${name}`;
    return html`<button class="theme" aria-label=${label} title=${label} @click=${() => theme.choose(theme.next)}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="6.5" /><path d="M10 3.5 a6.5 6.5 0 0 1 0 13 z" />
      </svg>
      <span>${name}</span>
    </button>`;
  }

  private renderPresent(text: FrameText) {
    const { presenting } = this.frame;
    return html`<button class="theme present" title=${text.presentHint} aria-pressed=${presenting.current === 'on'} @click=${() => presenting.choose(presenting.next)}>
      <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 3 h16 v10.5 h-16 z M4 5 v6.5 h12 v-6.5 z M9 13 h2 v2 l3.5 3 h-2.4 l-2.1 -1.9 l-2.1 1.9 h-2.4 l3.5 -3 z" fill-rule="evenodd" /></svg>
      <span>${text.present}</span>
    </button>`;
  }

  private text(): FrameText {
    return FRAME_TEXT[this.frame.language.current];
  }

  /** The hash belongs to the experiment, so the link moves the focus by itself. */
  private skip(event: Event): void {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('skip', { bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-site-header': SiteHeader;
  }
}

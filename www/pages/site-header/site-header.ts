import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { LANGUAGES, LanguageController, language, messages, setLanguage, type Language } from '../../i18n/locale';
import { shared } from '../../kit/base.css';
import { addressOf } from '../../spec/visited';
import type { Environment } from '../../types/generated/Environment';
import { setTheme, theme, type Theme } from '../theme';
import { styles } from './site-header.css';

const THEMES: Theme[] = ['auto', 'light', 'dark'];

/** The pages of the site, and where each lies below its root. */
const PAGES = { lab: './', parallel: './parallel/', bench: './bench/' };
export type SitePage = keyof typeof PAGES;

/** The top of the page: where one is, what runs the experiments, language and appearance. */
@customElement('site-header')
export class SiteHeader extends LitElement {
  static override styles = [shared, styles];

  @property() page: SitePage = 'lab';
  /** Where the experiments run; null: not known yet; undefined: not told here. */
  @property({ attribute: false }) environment: Environment | null | undefined;
  @property({ type: Boolean }) failed = false;

  constructor() {
    super();
    new LanguageController(this);
  }

  override render() {
    const text = messages();
    return html`
      <header>
        <a class="skip" href="#results" @click=${this.skip}>${text.skipToResults}</a>
        <div class="brand">
          <svg class="seal" viewBox="0 0 32 32" aria-hidden="true">
            <rect x="1" y="1" width="30" height="30" rx="5" />
            <path d="M7 7 C9 15 12 17 16 18 S23 20.5 25 20.5" />
            <path d="M7 7 C8.5 19 11 23 16 24.4 S23 25.6 25 25.6" />
          </svg>
          <span class="site">${text.title}</span>
        </div>
        <nav aria-label=${text.pages}>${(Object.keys(PAGES) as SitePage[]).map((page) => this.renderPage(page))}</nav>
        ${this.environment === undefined ? nothing : this.renderStatus(this.environment)}
        <div class="switches">
          <div class="switch" role="group" aria-label=${text.switchLanguage}>
            ${Object.entries(LANGUAGES).map(
              ([key, { languageName, languageTag }]) => html`
                <button lang=${languageTag} aria-pressed=${language() === key} @click=${() => setLanguage(key as Language)}>${languageName}</button>
              `,
            )}
          </div>
          <button class="theme" aria-label=${`${text.switchTheme}: ${text.themes[theme()]}`} title=${`${text.switchTheme}: ${text.themes[theme()]}`} @click=${this.nextTheme}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <circle cx="10" cy="10" r="6.5" /><path d="M10 3.5 a6.5 6.5 0 0 1 0 13 z" />
            </svg>
            <span>${text.themes[theme()]}</span>
          </button>
        </div>
      </header>
    `;
  }

  /** A page lies one folder below the root, the lab in it. */
  private renderPage(page: SitePage) {
    const root = PAGES[this.page] === './' ? './' : '../';
    const address = new URL(PAGES[page], new URL(root, document.baseURI));
    const current = page === this.page;
    // What was written there last is known just before the link is taken: these events come before its menu, and before a drag.
    const restore = (event: Event): void => {
      (event.currentTarget as HTMLAnchorElement).href = addressOf(address);
    };
    return html`<a
      href=${address.href}
      aria-current=${current ? 'page' : nothing}
      @pointerdown=${current ? nothing : restore}
      @focus=${current ? nothing : restore}
      @click=${current ? nothing : restore}
      >${messages()[page].name}</a
    >`;
  }

  private renderStatus(environment: Environment | null) {
    const text = messages().status;
    if (!environment) return html`<p class="status" role="status">${text.title} · ${this.failed ? text.failed : text.loading}</p>`;
    const threaded = environment.threads > 1 || environment.variant.startsWith('threads');
    return html`
      <p class="status" role="status" title=${environment.engine}>
        <span>${environment.variant}</span>
        <span>${threaded ? text.threads(environment.threads) : text.oneThread}</span>
        <span>${environment.isolated ? text.isolated : text.notIsolated}</span>
      </p>
    `;
  }

  private nextTheme(): void {
    setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]!);
    this.requestUpdate();
  }

  /** The hash belongs to the experiment, so the link moves the focus by itself. */
  private skip(event: Event): void {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('skip', { bubbles: true, composed: true }));
  }
}

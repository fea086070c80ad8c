/**
 * `<tinyai-lab lab="fine-tuning" lang="zh" show="loss,memory" spec='{"base": …}' lock="model,data">`: a lab in a page of somebody else's.
 *
 * It costs that page nothing before it is scrolled to: then its code, one engine and one copy of every file are fetched, however many labs the
 * page has. It remembers nothing in that page's storage, writes to no address, and tells what happens by the events `tinyai-ready`,
 * `tinyai-progress`, `tinyai-result` and `tinyai-error`, whose detail is a message of the protocol.
 */
import type { LabMount } from '../shell/elements/lab';
import type { EmbedMessage } from './protocol';

/** Where the site is: the folder above that of this script. */
const SITE = new URL('../', import.meta.url);

/** How far from being seen a lab begins to load. */
const NEAR = '400px';

const ATTRIBUTES = ['lab', 'spec', 'lang', 'show', 'lock', 'theme'] as const;

export class TinyaiLab extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  private mounted: { mount: LabMount; dispose(): void } | null = null;
  private seen: IntersectionObserver | null = null;
  private generation = 0;

  connectedCallback(): void {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).innerHTML = '<style>:host { display: block; min-height: 12rem; }</style>';
    this.seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && this.begin(), { rootMargin: NEAR });
    this.seen.observe(this);
  }

  disconnectedCallback(): void {
    this.seen?.disconnect();
    this.seen = null;
    this.end();
  }

  attributeChangedCallback(name: (typeof ATTRIBUTES)[number], before: string | null, after: string | null): void {
    if (before === after || !this.mounted) return;
    if (name === 'lang' || name === 'show' || name === 'theme') return this.dress();
    this.end();
    this.begin();
  }

  private begin(): void {
    this.seen?.disconnect();
    const generation = ++this.generation;
    void import('./mounting').then(async ({ mountLab }) => {
      if (generation !== this.generation || !this.isConnected) return;
      const mounted = await mountLab({ site: SITE, attributes: this.read(), told: (message) => this.tell(message) });
      if (generation !== this.generation || !this.isConnected) return mounted.dispose();
      this.mounted = mounted;
      this.shadowRoot!.append(mounted.mount);
      this.dress();
    }, (error: unknown) => this.fail(error));
  }

  private fail(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    const text = this.getAttribute('lang')?.startsWith('zh') ? `无法加载实验：${detail}` : `The lab could not be loaded: ${detail}`;
    this.shadowRoot!.append(Object.assign(document.createElement('p'), { textContent: text, role: 'alert' }));
  }

  private end(): void {
    this.generation++;
    this.mounted?.mount.remove();
    this.mounted?.dispose();
    this.mounted = null;
  }

  private read(): Record<(typeof ATTRIBUTES)[number], string | null> {
    return Object.fromEntries(ATTRIBUTES.map((name) => [name, this.getAttribute(name)])) as Record<(typeof ATTRIBUTES)[number], string | null>;
  }

  private dress(): void {
    const { lang, show, theme } = this.read();
    const { mount } = this.mounted!;
    if (lang === 'zh' || lang === 'en') mount.language = lang;
    mount.show = show === null ? null : show.split(',').map((name) => name.trim());
    if (theme === 'light' || theme === 'dark') mount.setAttribute('theme', theme);
    else mount.removeAttribute('theme');
  }

  private tell(message: EmbedMessage): void {
    this.dispatchEvent(new CustomEvent(`tinyai-${message.type}`, { detail: message, bubbles: true, composed: true }));
  }
}

if (!customElements.get('tinyai-lab')) customElements.define('tinyai-lab', TinyaiLab);

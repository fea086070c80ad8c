/**
 * `<tinyai-lab lab="fine-tuning" lang="zh" show="loss,memory" spec='{"base": …}' lock="model,data">`: a lab in a page of somebody else's.
 *
 * It costs that page nothing before it is scrolled to: then its code, one engine and one copy of every file are fetched, however many labs the
 * page has. It remembers nothing in that page's storage, writes to no address, and tells what happens by the events `tinyai-ready`,
 * `tinyai-progress`, `tinyai-result` and `tinyai-error`, whose detail is a message of the protocol. Taken out of the page it lets go of
 * everything but its experiment and its result, with which it is drawn again when it is put back.
 */
import { problemsOf } from '../engine/error';
import { alertOf } from './alert';
import type { Mounted } from './mounting';
import { EMBED_VERSION, errorOf, type EmbedMessage, type EmbedRequest, type EmbedState } from './protocol';
import type { Written } from './settings';

/** How far from being seen a lab begins to load. */
const NEAR = '400px';

const ATTRIBUTES: readonly (keyof Written)[] = ['lab', 'spec', 'lang', 'show', 'lock', 'theme'];
/** What is changed without another lab. */
const LOOKS: readonly string[] = ['lang', 'show', 'theme'];

const LOADING = { en: 'Loading the lab…', zh: '正在加载实验…' };

const STYLE = `
  :host { display: block; min-height: 12rem; text-align: start; }
  :host([hidden]) { display: none; }
  p { margin: 0; padding: 1rem; font: 0.95rem/1.5 system-ui, sans-serif; }
`;

/** The element of a site. */
export function labElement(site: URL): CustomElementConstructor {
  let style: CSSStyleSheet | null = null;

  return class TinyaiLab extends HTMLElement {
    static readonly observedAttributes = ATTRIBUTES;

    private readonly root = this.attachShadow({ mode: 'open' });
    private seen: IntersectionObserver | null = null;
    /** Null until it is near. */
    private mounting: Promise<Mounted | null> | null = null;
    private mounted: Mounted | null = null;
    /** Whether it could not be mounted: it is tried again when it is asked something. */
    private failed = false;
    /** Counts what is mounted, so that nothing comes late. */
    private generation = 0;
    /** What is to be there again when it is put back. */
    private kept: EmbedState | null = null;

    connectedCallback(): void {
      if (!style) (style = new CSSStyleSheet()).replaceSync(STYLE);
      this.root.adoptedStyleSheets = [style];
      this.seen = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && void this.begin(), { rootMargin: NEAR });
      this.seen.observe(this);
    }

    disconnectedCallback(): void {
      this.seen?.disconnect();
      this.seen = null;
      this.kept = this.mounted?.state() ?? this.kept;
      this.end();
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      if (before === after || !this.mounting) return;
      if (this.mounted && LOOKS.includes(name)) return this.mounted.dress(this.written());
      this.kept = name === 'lab' || name === 'spec' ? null : (this.mounted?.state() ?? this.kept);
      this.end();
      void this.begin();
    }

    /** Asks the lab something, loading it if need be; gives its answer: a message of the type `state` or `error`. */
    async send(request: EmbedRequest): Promise<EmbedMessage> {
      const mounted = this.isConnected ? await this.begin() : null;
      const answer = await mounted?.answer({ ...request, target: 'tinyai', version: EMBED_VERSION });
      if (!answer) throw new Error('<tinyai-lab> is not in a document, or could not be loaded: see its event tinyai-error.');
      return answer.message;
    }

    private begin(): Promise<Mounted | null> {
      this.seen?.disconnect();
      if (this.failed) this.end();
      return (this.mounting ??= this.mount(++this.generation));
    }

    private async mount(generation: number): Promise<Mounted | null> {
      const given = (): boolean => generation === this.generation && this.isConnected;
      const around = this.parentElement?.closest<HTMLElement>('[lang]')?.lang;
      this.root.replaceChildren(note(this.lang || around || navigator.language));
      try {
        const { mountLab } = await import('./mounting');
        if (!given()) return null;
        const mounted = await mountLab({ site, written: this.written(), ...(around && { around: [around] }), kept: this.kept, say: (message) => this.say(message) });
        if (!given()) {
          mounted.dispose();
          return null;
        }
        this.mounted = mounted;
        this.root.replaceChildren(...(mounted.problems.length > 0 ? [alertOf(mounted.problems)] : []), mounted.mount);
        return mounted;
      } catch (error) {
        if (given()) this.fail(error);
        return null;
      }
    }

    private fail(error: unknown): void {
      this.failed = true;
      const problems = problemsOf(error);
      this.root.replaceChildren(alertOf(problems));
      this.say(errorOf(problems));
    }

    private end(): void {
      this.generation++;
      this.failed = false;
      this.root.replaceChildren();
      this.mounted?.dispose();
      this.mounted = null;
      this.mounting = null;
    }

    private written(): Written {
      return Object.fromEntries(ATTRIBUTES.map((name) => [name, this.getAttribute(name)])) as Written;
    }

    private say(message: EmbedMessage): void {
      this.dispatchEvent(new CustomEvent(`tinyai-${message.type}`, { detail: message, bubbles: true, composed: true }));
    }
  };
}

const note = (tag: string): HTMLElement => Object.assign(document.createElement('p'), { textContent: LOADING[tag.startsWith('zh') ? 'zh' : 'en'] });

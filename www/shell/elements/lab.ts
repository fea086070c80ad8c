import { ContextProvider } from '@lit/context';
import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { kitText } from '../../kit/text/text';
import type { Spec } from '../../types/generated/Spec';
import type { LabDefinition } from '../lab-definition';
import type { Ports } from '../ports';
import { LabStore, labContext, type LabHome } from '../store/lab-store';
import type { Language } from '../text/language';
import { valueText } from '../text/values';
import { loadWords, wordsContext, type Words } from '../text/words';
import type { LabLessons } from '../lesson/elements/lab-lessons';
import './lab-view';
import type { LabView } from './lab-view';

/**
 * A lab with all that it needs, for whoever has the ports: a page, an embed. What it knows lives as long as it is in the document; put back, it
 * begins anew with what its address says. Tells `words` when its words have come, and `incomplete` where they did not. What has `slot="actions"` stands beside the ways to copy and download.
 */
@customElement('tinyai-lab-mount')
export class LabMount extends LitElement {
  static override styles = [shared];

  @property({ attribute: false }) definition!: LabDefinition;
  @property({ attribute: false }) ports!: Ports;
  /** What the lab begins with, instead of its first preset. */
  @property({ attribute: false }) initial: Spec | undefined;
  /** Where visitors come back to; elsewhere nothing is kept. */
  @property({ attribute: false }) home: LabHome | undefined;
  @property() language: Language = 'en';
  @property({ attribute: false }) show: readonly string[] | null = null;
  @property({ type: Boolean }) plain = false;
  /** Whether question and actions are left out, too: whoever mounts it says what it is. */
  @property({ type: Boolean }) bare = false;
  /** Whether it stands in a page of somebody else's. */
  @property({ type: Boolean }) embedded = false;
  /** Whether it is shown to a hall: text is large and there is no form. */
  @property({ type: Boolean, reflect: true, attribute: 'present' }) presenting = false;
  /** Groups and fields of the form that cannot be changed, by their paths; `*`: none can. */
  @property({ attribute: false }) lock: readonly string[] = [];

  /** What is known of the lab; null until its words are there. */
  @state() store: LabStore | null = null;

  private readonly labs = new ContextProvider(this, { context: labContext });
  private readonly words = new ContextProvider(this, { context: wordsContext });
  private readonly kit = new ContextProvider(this, { context: kitText });
  private loading = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.loading++;
    this.store?.dispose();
    this.store = null;
  }

  /** Whether it opens with its lessons. */
  @property({ type: Boolean }) lessons = false;

  /** Moves the focus past the settings. */
  skip(): void {
    this.renderRoot.querySelector<LabView | LabLessons>('tinyai-lab-view, tinyai-lab-lessons')?.skip();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('language') || changed.has('definition')) void this.load();
  }

  override render() {
    if (!this.store) return nothing;
    if (this.store.lessons) return html`<tinyai-lab-lessons ?present=${this.presenting}><slot name="actions" slot="actions"></slot></tinyai-lab-lessons>`;
    return html`<tinyai-lab-view .show=${this.show} .plain=${this.plain || this.lock.includes('*')} .lock=${this.lock} ?bare=${this.bare} ?embedded=${this.embedded} ?present=${this.presenting}>
      <slot name="actions" slot="actions"></slot>
    </tinyai-lab-view>`;
  }

  /** Loads the words, and makes the lab if there is none yet. */
  private async load(): Promise<void> {
    const { definition, language } = this;
    const number = ++this.loading;
    const wanted = this.lessons && !this.store && definition.lessons;
    const loaded = await Promise.all([loadWords(language, definition.text), wanted ? wanted() : undefined, wanted ? definition.workbenches?.() : undefined, wanted ? import('../lesson/elements/lab-lessons') : undefined]).catch((error: unknown) => {
      this.dispatchEvent(new CustomEvent('incomplete', { detail: error }));
      return null;
    });
    const [words, lessons, workbenches] = loaded ?? [];
    if (!words || number !== this.loading || !this.isConnected) return;
    this.words.setValue(words);
    this.kit.setValue(words.kit);
    const { newRun, copyOf, forkName: fork } = words.messages.form;
    const runs = { newRun, copyOf, fork, ofMethod: (method: string) => words.option('fine_tuning.method', method) ?? method };
    if (this.store) this.store.speak(runs, language);
    else {
      const { ports, initial, home } = this;
      const store = new LabStore({ definition, ports, text: { lab: words.lab, runs, entryName: words.messages.kept.name }, language, ...(initial && { initial }), ...(home && { home }), ...(lessons && { lessons }), ...(workbenches && { workbenches }) });
      this.labs.setValue(store);
      store.start();
      this.store = store;
    }
    this.store.lessons?.speak(language, (name, differing) => olderName(words, name, differing));
    this.dispatchEvent(new Event('words'));
  }
}

/** How many settings tell an older run apart by name. */
const TOLD = 2;

/** A run's name with what was set otherwise when it ran. */
function olderName(words: Words, name: string, differing: readonly { path: string; value: unknown }[]): string {
  const told = differing.slice(0, TOLD).map(({ path, value }) => `${words.field(path)?.label ?? path} ${valueText(words, path, value)}`);
  return told.length > 0 ? `${name} · ${told.join(', ')}` : name;
}

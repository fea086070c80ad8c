import { ContextProvider } from '@lit/context';
import { html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import '../../kit/notice/notice';
import { kitText } from '../../kit/text/text';
import type { Language } from '../../shell/text/language';
import { loadWords, wordsContext, type Words } from '../../shell/text/words';
import type { PageFrame } from '../frame';
import '../site-header/site-header';
import './choice-bar/choice-bar';
import './comparison/comparison';
import './entry-list/entry-list';
import { notOneFile } from './files';
import './predictions/predictions';
import { LibraryElement } from './library-element';
import { styles } from './library-page.css';
import { LIBRARY_TEXT } from './text';

const DRAGS = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;

/** All that the visitor ran, and any of it side by side. */
@customElement('tinyai-library-page')
export class LibraryPage extends LibraryElement {
  static override styles = [shared, styles];

  /** Given once. */
  @property({ attribute: false }) frame!: PageFrame;

  @query('main') private readonly main!: HTMLElement | null;
  @state() private spoken: Words | null = null;
  @state() private dropping = false;

  private readonly wordsHere = new ContextProvider(this, { context: wordsContext });
  private readonly kit = new ContextProvider(this, { context: kitText });
  private unfollow = (): void => undefined;
  private loading = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.pages = this.frame.pages;
    this.unfollow = this.frame.language.follow((language) => void this.speak(language));
    for (const type of DRAGS) this.ownerDocument.defaultView?.addEventListener(type, this.dragged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unfollow();
    for (const type of DRAGS) this.ownerDocument.defaultView?.removeEventListener(type, this.dragged);
  }

  protected override get words(): Words {
    return this.spoken!;
  }

  override render() {
    const { frame } = this;
    return html`
      <tinyai-site-header .frame=${frame} @skip=${() => this.main?.focus()}></tinyai-site-header>
      ${this.spoken ? this.renderMain() : nothing}
    `;
  }

  private renderMain() {
    const { desk, pages, text, words } = this;
    const comparing = desk.compared !== null;
    return html`
      <main id="results" tabindex="-1">
        <div class="intro">
          <h1>${comparing ? text.compared : words.lab.question}</h1>
          <p>${comparing ? text.comparedLead : words.lab.lead}</p>
        </div>
        ${this.renderStorage()} ${this.renderTold()}
        ${comparing
          ? html`<tinyai-library-comparison .desk=${desk} .pages=${pages}></tinyai-library-comparison>`
          : html`
              <tinyai-entry-list .desk=${desk} .pages=${pages} @files=${({ detail }: CustomEvent<File[]>) => this.take(detail)}></tinyai-entry-list>
              <tinyai-predictions .desk=${desk}></tinyai-predictions>
              <tinyai-choice-bar .desk=${desk} .pages=${pages}></tinyai-choice-bar>
            `}
      </main>
      ${this.dropping ? html`<p class="drop">${text.dropHere}</p>` : nothing}
    `;
  }

  /** Why what is here may not last. */
  private renderStorage() {
    const { desk, text, words } = this;
    const { library, inTabOnly } = desk;
    const problem = library?.problem.get();
    const notices = library?.notices.get() ?? [];
    return html`
      ${inTabOnly ? html`<tinyai-notice tone="hint" .heading=${text.inTabOnly} .items=${[{ message: words.of(inTabOnly) }]}></tinyai-notice>` : nothing}
      ${problem
        ? html`<tinyai-notice
            tone="hint"
            .items=${[{ message: words.of(problem.message) }]}
            .actions=${[{ label: text.tryAgain, take: () => void desk.retry() }]}
          ></tinyai-notice>`
        : nothing}
      ${notices.map(
        (notice) => html`<tinyai-notice tone="hint" .items=${[{ message: words.of(notice.message) }]} dismissible @dismiss=${() => library?.dismiss(notice)}></tinyai-notice>`,
      )}
    `;
  }

  /** What came of what was done last. */
  private renderTold() {
    const { desk, text, words } = this;
    const { transfer } = desk;
    const share = transfer ? words.format.wholePercent(transfer.share) : '';
    return html`
      ${desk.problems.length > 0
        ? html`<tinyai-notice .items=${desk.problems.map(({ message }) => ({ message: words.message(message) }))} dismissible @dismiss=${() => desk.dismiss()}></tinyai-notice>`
        : nothing}
      ${transfer
        ? html`<p class="moving">
            <span>${transfer.what === 'reading' ? text.reading(share) : text.writing(share)}</span>
            <button class="link" @click=${() => desk.stop()}>${text.stop}</button>
          </p>`
        : nothing}
      <div role="status">${desk.imported.length > 0 ? html`<p class="done">${text.imported(desk.imported)}</p>` : nothing}</div>
    `;
  }

  private take(files: readonly File[]): void {
    const [file] = files;
    if (file && files.length === 1) void this.desk.import(file);
    else if (files.length > 1) this.desk.say(notOneFile(files.map(({ name }) => name)));
  }

  /** A file may be dropped anywhere: left to the browser it would replace the page. */
  private readonly dragged = (event: DragEvent): void => {
    const { type, dataTransfer } = event;
    if (!dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (type === 'drop') this.take([...dataTransfer.files]);
    // What leaves the page goes nowhere; between its elements there is always another.
    this.dropping = type === 'dragenter' || type === 'dragover' || (type === 'dragleave' && event.relatedTarget !== null);
  };

  private async speak(language: Language): Promise<void> {
    const number = ++this.loading;
    const words = await loadWords(language, LIBRARY_TEXT);
    if (number !== this.loading) return;
    this.wordsHere.setValue(words);
    this.kit.setValue(words.kit);
    this.spoken = words;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-library-page': LibraryPage;
  }
}

import { LitElement, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../../kit/base.css';
import { DrawnBySignals } from '../../kit/signals/drawn-by-signals';
import { CATALOGUE } from '../../labs';
import { readNote, stageOf } from '../../shell/lesson/notes';
import { hashOf } from '../../shell/lesson/place';
import type { PageFrame } from '../frame';
import { styles } from './home-page.css';
import { SECTIONS, type Section } from './sections';
import { HOME_TEXT } from './text';
import { THUMBNAILS } from './thumbnails';

/** The first page: an experiment that moves at the first click, and the sections of the chapter. What is tried stands in its slot. */
@customElement('tinyai-home-page')
export class HomePage extends LitElement {
  static override styles = [shared, styles];

  /** Given once. */
  @property({ attribute: false }) frame!: Pick<PageFrame, 'language' | 'storage' | 'pages'>;

  @query('main') private readonly main!: HTMLElement;
  private readonly signals = new DrawnBySignals(this);

  protected override performUpdate(): void {
    this.signals.draw(() => super.performUpdate());
  }

  /** Moves the focus past the header. */
  skip(): void {
    this.main.focus();
  }

  private hrefOf(lab: string): string {
    return this.frame.pages.find(({ id }) => id === lab)!.href;
  }

  override render() {
    const text = HOME_TEXT[this.frame.language.current];
    return html`
      <main id="results" tabindex="-1">
        <div class="hero">
          <div>
            <h1>${text.title.map((part) => html`<span>${part}</span>${this.frame.language.current === 'zh' ? nothing : ' '}`)}</h1>
            <p class="lead">${text.lead}</p>
            <p class="ways">
              <a class="primary" href=${this.hrefOf('fine-tuning')}>${text.start}</a>
              <a class="link" href="${this.hrefOf('from-scratch')}#play">${text.play}</a>
            </p>
          </div>
          <div class="try"><p class="caption">${text.heroCaption}</p><slot></slot></div>
        </div>
        <h2>${text.chapter}</h2>
        <ol class="cards">${SECTIONS.map((section) => html`<li>${this.renderCard(section)} ${this.renderWorkbenches(section)}</li>`)}</ol>
      </main>
    `;
  }

  private renderCard({ number, title, question, lab }: Section) {
    const language = this.frame.language.current;
    const text = HOME_TEXT[language];
    const head = html`<span class="number">${number}</span>
      <h3>${title[language]}</h3>
      <p>${question[language]}</p>`;
    if (lab === null) return html`<div class="card">${head}<p class="about">${text.soon}</p></div>`;
    const { lessons } = CATALOGUE.find(({ id }) => id === lab)!;
    const done = lessons.map(({ id }) => stageOf(readNote(this.frame.storage, lab, id)) === 'done');
    const minutes = lessons.reduce((sum, lesson) => sum + lesson.minutes, 0);
    const finished = done.filter(Boolean).length;
    return html`<a class="card" href=${this.hrefOf(lab)}>
      ${head} ${THUMBNAILS[lab]?.() ?? nothing}
      <p class="about">
        <span>${text.lessons(lessons.length)}</span><span>${text.minutes(minutes)}</span>${finished > 0 ? html`<span>${text.done(finished, lessons.length)}</span>` : nothing}
      </p>
      <span class="progress" aria-hidden="true">${done.map((each) => html`<span ?data-done=${each}></span>`)}</span>
    </a>`;
  }

  private renderWorkbenches({ lab }: Section) {
    const language = this.frame.language.current;
    const { workbenches = [] } = CATALOGUE.find(({ id }) => id === lab) ?? {};
    return workbenches.map(
      ({ id, title, question }) => html`<a class="workbench" href="${this.hrefOf(lab!)}${hashOf({ lesson: id, experiment: '' })}"><b>${title[language]}</b> <span>${question[language]}</span></a>`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-home-page': HomePage;
  }
}

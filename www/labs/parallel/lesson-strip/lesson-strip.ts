import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LESSONS, sameSettings, setUp, type BasePatch, type LessonKey } from '../lessons';
import { ParallelElement } from '../parallel-element';
import type { LessonTexts } from '../text/messages';
import { styles } from './lesson-strip.css';

const KEYS = Object.keys(LESSONS) as LessonKey[];

/** Short lessons, each with the experiments that it is about. */
@customElement('tinyai-lesson-strip')
export class LessonStrip extends ParallelElement {
  static override styles = [shared, styles];

  @state() private open: LessonKey | null = null;

  override render() {
    const { lesson, lessons } = this.own;
    return html`
      <nav aria-labelledby="lessons">
        <span id="lessons">${lesson.heading}</span>
        <ol>
          ${KEYS.map(
            (key, i) => html`<li>
              <button aria-expanded=${this.open === key} aria-controls="lesson" @click=${() => (this.open = this.open === key ? null : key)}>
                <span class="number">${i + 1}</span> ${lessons[key].title}
              </button>
            </li>`,
          )}
        </ol>
      </nav>
      <div id="lesson">${this.open ? this.renderLesson(this.open) : nothing}</div>
    `;
  }

  private renderLesson(key: LessonKey) {
    const { lesson, lessons } = this.own;
    const texts: LessonTexts = lessons[key];
    const setups = Object.entries(LESSONS[key]) as [keyof typeof texts.setups, BasePatch][];
    return html`<article>
      <h2>${texts.title}</h2>
      <p class="text">${texts.text}</p>
      <p class="watch"><b>${lesson.watch}</b> ${texts.watch}</p>
      <div class="setups">
        ${setups.map(([name, patch]) => this.renderSetup(lesson.set(texts.setups[name]), patch))}
        <button class="link" @click=${() => (this.open = null)}>${lesson.close}</button>
      </div>
    </article>`;
  }

  private renderSetup(label: string, patch: BasePatch) {
    const { editor } = this.store;
    const spec = setUp(patch, this.words.language);
    return html`<button aria-pressed=${sameSettings(spec, editor.spec)} @click=${() => editor.replace(spec)}>${label}</button>`;
  }
}

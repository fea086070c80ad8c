import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { messages } from '../../i18n/locale';
import type { LessonKey, LessonTexts } from '../../i18n/parallel/lessons';
import { LESSONS } from '../../parallel/lessons';
import { defaultParallelSpec, patched, type SpecPatch } from '../../parallel/parallel-spec';
import type { ParallelWorkbench } from '../../parallel/parallel-workbench';
import { equal } from '../../spec/patch';
import { shared } from '../../kit/base.css';
import { LabElement } from '../../workbench/lab-element';
import { styles } from './lesson-strip.css';

const KEYS = Object.keys(LESSONS) as LessonKey[];

/** Short lessons, each with the experiments that it is about. */
@customElement('lesson-strip')
export class LessonStrip extends LabElement<ParallelWorkbench> {
  static override styles = [shared, styles];

  @state() private open: LessonKey | null = null;

  override render() {
    const text = messages().parallel;
    return html`
      <nav aria-labelledby="lessons">
        <span id="lessons">${text.lesson.heading}</span>
        <ol>
          ${KEYS.map(
            (key, i) => html`<li>
              <button aria-expanded=${this.open === key} aria-controls="lesson" @click=${() => (this.open = this.open === key ? null : key)}>
                <span class="number">${i + 1}</span> ${text.lessons[key].title}
              </button>
            </li>`,
          )}
        </ol>
      </nav>
      <div id="lesson">${this.open ? this.renderLesson(this.open) : nothing}</div>
    `;
  }

  private renderLesson(key: LessonKey) {
    const text = messages().parallel;
    const lesson: LessonTexts = text.lessons[key];
    const setups = Object.entries(LESSONS[key]) as [keyof typeof lesson.setups, SpecPatch][];
    return html`<article>
      <h2>${lesson.title}</h2>
      <p class="text">${lesson.text}</p>
      <p class="watch"><b>${text.lesson.watch}</b> ${lesson.watch}</p>
      <div class="setups">
        ${setups.map(([name, patch]) => {
          const spec = patched(defaultParallelSpec, patch);
          return html`<button aria-pressed=${equal(spec, this.bench.spec)} @click=${() => this.bench.write(spec)}>${text.lesson.set(lesson.setups[name])}</button>`;
        })}
        <button class="link" @click=${() => (this.open = null)}>${text.lesson.close}</button>
      </div>
    </article>`;
  }
}

import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/notice/notice';
import { LabElement } from '../../elements/lab-element';
import type { LessonStage } from '../notes';

/** What stands before a lesson's title: an empty ring, one with a dot, one half full, a full one. */
const MARKS: Record<LessonStage, string> = { new: '○', begun: '◔', ran: '◑', done: '●' };

/** The lessons of a lab, how far each has come, and free play. */
@customElement('tinyai-lesson-nav')
export class LessonNav extends LabElement {
  static override styles = [
    shared,
    css`
      nav {
        border-bottom: 1px solid var(--rule);
        background: var(--pane);
      }

      ol {
        display: flex;
        gap: 0 clamp(0.7rem, 1.25vw, 1.5rem);
        /* What is hidden in it stays in it. */
        position: relative;
        overflow-x: auto;
        scrollbar-width: none;
        max-width: 84rem;
        margin: 0 auto;
        padding-inline: clamp(1rem, 2.6vw, 3rem);
      }

      /* Where there is room, a second line rather than names out of sight. */
      @media (min-width: 860px) {
        ol {
          flex-wrap: wrap;
        }
      }

      li:last-child {
        margin-left: auto;
      }

      a {
        display: inline-flex;
        gap: 0.5em;
        align-items: center;
        min-height: max(2.1em, var(--target));
        border-bottom: 2px solid transparent;
        color: var(--ink-2);
        text-decoration: none;
      }

      a:hover {
        color: var(--seal-ink);
      }

      a[aria-current] {
        border-color: var(--seal-ink);
        color: var(--ink);
        font-weight: 600;
      }

      li {
        flex: none;
      }

      .mark {
        color: var(--seal-ink);
        font-size: var(--size-note);
      }

      tinyai-notice {
        max-width: 84rem;
        margin: var(--space-2) auto 0;
      }

      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  /** Where the names do not all fit, the one of this page is in sight. */
  override updated(): void {
    const here = this.renderRoot.querySelector<HTMLElement>('a[aria-current]');
    const row = here?.closest('ol');
    if (!here || !row || row.scrollWidth <= row.clientWidth) return;
    const [left, right] = [here.offsetLeft, here.offsetLeft + here.offsetWidth];
    if (left < row.scrollLeft || right > row.scrollLeft + row.clientWidth) row.scrollLeft = left - (row.clientWidth - here.offsetWidth) / 2;
  }

  override render() {
    const { lessons } = this.store;
    if (!lessons) return nothing;
    const text = this.text.lesson.nav;
    const { language } = this.words;
    const { current, workbench, free, unknown } = lessons;
    return html`
      <nav aria-label=${text.lessons}>
        <ol>
          ${lessons.all.map((lesson) => {
            const stage = lessons.stage(lesson);
            return html`<li>
              <a href=${lessons.hrefOf(lesson)} aria-current=${current === lesson ? 'step' : nothing}>
                <span class="mark" aria-hidden="true">${MARKS[stage]}</span>${lesson.title[language]}<span class="visually-hidden">, ${text.stage[stage]}</span>
              </a>
            </li>`;
          })}
          ${lessons.workbenches.map((bench) => html`<li><a href=${lessons.hrefOf(bench)} aria-current=${workbench === bench ? 'step' : nothing}>${bench.title[language]}</a></li>`)}
          <li><a href=${lessons.playHref} aria-current=${free ? 'step' : nothing}>${text.freePlay}</a></li>
        </ol>
      </nav>
      ${unknown === null ? nothing : html`<tinyai-notice tone="hint" .items=${[{ message: text.unknown(unknown) }]}></tinyai-notice>`}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-lesson-nav': LessonNav;
  }
}

import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import type { ExperimentView } from '../../store/experiment-view';
import { Facts } from '../facts';
import '../glossary/term';
import type { Claim, Explanation, Lesson } from '../lesson';
import { ranOtherwise } from '../lesson-spec';
import { blocks } from './blocks.css';

const PARTS = ['happened', 'why', 'change', 'misleads'] as const satisfies (keyof Explanation)[];

/** Whether a lesson compares losses. */
const speaksOfLosses = ({ compared }: Lesson, { runs }: ExperimentView): boolean => compared.some((metric) => runs.some((run) => run.figure(metric)?.unit === 'nats/token'));

/** What was seen, in sentences made of the runs' own numbers. */
@customElement('tinyai-explain-block')
export class ExplainBlock extends LabElement {
  static override styles = [
    shared,
    blocks,
    css`
      .parts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        gap: var(--space-3) var(--space-5);
        padding-top: var(--space-3);
      }

      h3 {
        color: var(--seal-ink);
        font-size: var(--size-note);
        font-weight: 600;
      }

      .claims {
        padding-top: var(--space-4);
      }

      .claims li {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        gap: var(--space-1) var(--space-5);
        padding-block: var(--space-2);
        border-top: 1px solid var(--rule);
      }

      .claims ul {
        padding-top: var(--space-2);
      }

      .says {
        color: var(--ink-2);
      }

      .verdict {
        font-weight: 600;
      }

      .prose a {
        color: var(--seal-ink);
      }

      .book {
        padding-top: var(--space-3);
        color: var(--ink-2);
      }
    `,
  ];

  override render() {
    const { lessons } = this.store;
    const lesson = lessons?.current;
    if (!lesson) return nothing;
    const text = this.text.lesson.explain;
    const { runner } = this.store;
    const { view } = runner;
    const over = view !== null && view.result !== null && !runner.busy;
    const explanation = over ? lesson.explain[this.words.language](new Facts(view, this.words, lesson)) : null;
    return html`<section aria-labelledby="heading">
      <h2 id="heading" tabindex="-1">${text.heading}</h2>
      ${explanation && ranOtherwise(lesson, view!) ? html`<p class="lead">${text.changed}</p>` : nothing}
      ${explanation
        ? html`<div class="parts">
            ${PARTS.map((part) => html`<div><h3>${text[part]}</h3><p class="prose">${explanation[part]}</p></div>`)}
          </div>
          ${explanation.claims?.length ? this.renderClaims(explanation.claims) : nothing}`
        : html`<p class="lead">${!over ? text.waiting : view.runs.every(({ status }) => status === 'finished') ? text.other : text.stopped}</p>`}
      <p class="book">${explanation && speaksOfLosses(lesson, view!) ? html`${text.unit[0]}<tinyai-term name="nat">${text.unit[1]}</tinyai-term>${text.unit[2]}${this.words.language === 'zh' ? nothing : ' '}` : nothing}${text.book(lesson.section)}</p>
    </section>`;
  }

  private renderClaims(claims: readonly Claim[]) {
    const { claims: heading, verdicts } = this.text.lesson.explain;
    return html`<div class="claims">
      <h3>${heading}</h3>
      <ul role="list">
        ${claims.map(
          ({ says, measured, verdict }) => html`<li>
            <p class="prose says">${says}</p>
            <p class="prose"><b class="verdict">${verdicts[verdict]}${this.words.kit.chart.between}</b>${measured}</p>
          </li>`,
        )}
      </ul>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-explain-block': ExplainBlock;
  }
}

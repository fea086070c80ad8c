import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import { answerText } from '../prediction/answer-text';

/** What was foretold beside what came, in words; nothing where nobody foretold anything, or the runs go on. */
@customElement('tinyai-verdict')
export class Verdict extends LabElement {
  static override styles = [
    shared,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.6em;
        align-items: baseline;
        padding-bottom: var(--space-2);
        font-family: var(--serif);
        font-size: calc(1.1 * var(--unit));
      }

      .you {
        color: var(--pencil);
        font-weight: 600;
      }

      .grade {
        padding: 0 0.5em;
        border-radius: var(--corner);
        background: var(--wash);
        font-weight: 600;
      }
    `,
  ];

  override render() {
    const { lessons } = this.store;
    const lesson = lessons?.current;
    if (!lesson || !lessons) return nothing;
    const { foretold } = lessons.note(lesson);
    const text = this.text.lesson.verdict;
    if (!foretold?.outcome) return lessons.unanswered ? html`<p role="status">${text.unanswered}</p>` : nothing;
    const { answer, outcome } = foretold;
    const { predict } = lesson;
    const factor = answer.kind === 'number' && outcome.truth.kind === 'number' && predict.kind === 'number' && predict.scale.logarithmic ? outcome.truth.value / answer.value : null;
    const off = factor === null || outcome.grade !== 'far' ? '' : factor > 1 ? text.more(this.format.short(factor)) : text.less(this.format.short(1 / factor));
    const pairs = outcome.pairs ? text.pairs(...outcome.pairs) : '';
    return html`<p role="status">
      <span class="you">${predict.kind === 'curve' ? text.curve : text.youSaid(answerText(this.words, predict, answer))}</span>
      ${predict.kind === 'curve' ? nothing : html`<span>${text.itWas(answerText(this.words, predict, outcome.truth))}</span>`}
      <span class="grade">${text.grades[outcome.grade]}</span>
      ${off || pairs ? html`<span>${off}${pairs}</span>` : nothing}
    </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-verdict': Verdict;
  }
}

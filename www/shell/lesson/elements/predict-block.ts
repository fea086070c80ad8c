import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import type { Lesson } from '../lesson';
import type { LessonStore } from '../lesson-store';
import { answerText, surenessText } from '../prediction/answer-text';
import type { Foretold } from '../../library/foretold';
import { askOf, SURENESS, SURENESS_NAMES, type Answer, type Sureness } from '../prediction/question';
import { blocks } from './blocks.css';
import './choice-input';
import type { ChoiceInput } from './choice-input';
import './curve-input';
import type { CurveInput } from './curve-input';
import './number-input';
import type { NumberInput } from './number-input';
import './order-input';
import type { OrderInput } from './order-input';

type Input = NumberInput | OrderInput | CurveInput | ChoiceInput;

/** What a learner expects of the run to come. */
@customElement('tinyai-predict-block')
export class PredictBlock extends LabElement {
  static override styles = [
    shared,
    blocks,
    css`
      section {
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--rule-strong);
        border-left: 4px solid var(--pencil);
        border-radius: var(--corner);
        background: var(--pane);
      }

      .ask {
        max-width: 40em;
        padding-block: var(--space-2) var(--space-3);
        font-family: var(--serif);
        font-size: calc(1.15 * var(--unit));
        line-height: 1.5;
      }

      .foot {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
        align-items: center;
        padding-top: var(--space-3);
      }

      .sure {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        align-items: center;
      }

      .sure .option {
        gap: 0.4em;
        align-items: center;
      }

      .sure input {
        accent-color: var(--pencil);
        transform: none;
      }

      .first {
        color: var(--pencil);
      }

      .kept {
        font-family: var(--serif);
        font-size: calc(1.15 * var(--unit));
      }

      .kept b {
        color: var(--pencil);
        font-weight: 600;
      }
    `,
  ];

  /** What stands in the inputs, and is not noted down yet. */
  @state() private draft: { lesson: string; answer: Answer | null; sureness: Sureness | null } | null = null;
  /** The lesson in which somebody would have noted down nothing. */
  @state() private asked: string | null = null;
  /** The lesson in which what was noted down is being changed. */
  @state() private changing: string | null = null;

  private get lessons(): LessonStore {
    return this.store.lessons!;
  }

  override render() {
    const lesson = this.lessons.current;
    if (!lesson) return nothing;
    const text = this.text.lesson.predict;
    const { foretold, ran } = this.lessons.note(lesson);
    const asks = !foretold || (this.changing === lesson.id && !foretold.outcome);
    return html`<section aria-labelledby="heading">
      <h2 id="heading" tabindex="-1">${text.heading}</h2>
      ${!foretold && ran ? html`<p class="lead">${text.over}</p>` : html`<p class="lead">${text.lead}</p>`}
      <p class="ask" id="ask">${askOf(lesson.predict, this.words.language, this.lessons.experimentLanguage)}</p>
      ${asks ? keyed(lesson.id, this.renderAsking(lesson, foretold?.answer ?? null)) : this.renderKept(lesson, foretold)}
    </section>`;
  }

  private renderAsking(lesson: Lesson, before: Answer | null) {
    const text = this.text.lesson.predict;
    const draft = this.draft?.lesson === lesson.id ? this.draft : null;
    const sureness = draft?.sureness ?? null;
    // An order shows one from the beginning; the other inputs are empty until somebody answers.
    const ready = lesson.predict.kind === 'order' || (draft ? draft.answer : before) !== null;
    const first = lesson.predict.kind === 'curve' ? text.drawFirst : text.chooseFirst;
    return html`
      <div role="group" aria-labelledby="ask" @change=${(event: Event) => this.take(lesson, event)}>${this.renderInput(lesson, draft ? draft.answer : before)}</div>
      <div class="foot">
        <fieldset>
          <div class="sure">
            <legend>${text.sure}</legend>
            ${SURENESS.map(
              (chance, i) => html`<label class="option">
                <input
                  type="radio"
                  name="sure"
                  .checked=${sureness === chance}
                  @change=${() => (this.draft = { lesson: lesson.id, answer: draft ? draft.answer : before, sureness: chance })}
                />${text.sureness[SURENESS_NAMES[i]!]}
              </label>`,
            )}
          </div>
        </fieldset>
        <button class="plain" aria-disabled=${!ready} @click=${() => (ready ? void this.keep(lesson) : (this.asked = lesson.id))}>${text.keep}</button>
        <p class="first" role="status">${!ready && this.asked === lesson.id ? first : ''}</p>
      </div>
    `;
  }

  private renderInput({ predict }: Lesson, answer: Answer | null): TemplateResult {
    switch (predict.kind) {
      case 'number':
        return html`<tinyai-number-input .question=${predict} .value=${answer?.kind === 'number' ? answer.value : null}></tinyai-number-input>`;
      case 'order':
        return html`<tinyai-order-input .question=${predict} .value=${answer?.kind === 'order' ? answer.order : null}></tinyai-order-input>`;
      case 'curve':
        return html`<tinyai-curve-input .question=${predict} .experiment=${this.lessons.experimentLanguage} .value=${answer?.kind === 'curve' ? answer.points : null}></tinyai-curve-input>`;
      case 'choice':
        return html`<tinyai-choice-input .question=${predict} .value=${answer?.kind === 'choice' ? answer.option : null}></tinyai-choice-input>`;
    }
  }

  private renderKept(lesson: Lesson, { answer, sureness, outcome }: Foretold) {
    const text = this.text.lesson.predict;
    const said = lesson.predict.kind === 'curve' ? html`${this.text.lesson.verdict.curve}` : html`<b>${text.kept(answerText(this.words, lesson.predict, answer))}</b>`;
    return html`<p class="kept" role="status">${said}${sureness === null ? nothing : html` ${text.keptSure(surenessText(this.words, sureness))}`}</p>
      <div class="foot">
        ${outcome ? html`<button class="link" @click=${this.again}>${text.again}</button>` : html`<button class="link" @click=${() => this.edit(lesson)}>${text.change}</button>`}
      </div>`;
  }

  private get input(): Input | null {
    return this.renderRoot.querySelector<Input>('tinyai-number-input, tinyai-order-input, tinyai-curve-input, tinyai-choice-input');
  }

  /** What the input shows, as an answer. */
  private answerOf(lesson: Lesson): Answer | null {
    const { input } = this;
    switch (lesson.predict.kind) {
      case 'number': {
        const { value } = input as NumberInput;
        return value === null ? null : { kind: 'number', value };
      }
      case 'order':
        return { kind: 'order', order: (input as OrderInput).chosen };
      case 'curve': {
        const points = (input as CurveInput).chosen;
        return points && { kind: 'curve', points };
      }
      case 'choice': {
        const option = (input as ChoiceInput).value;
        return option === null ? null : { kind: 'choice', option };
      }
    }
  }

  private take(lesson: Lesson, { target }: Event): void {
    if (target !== this.input) return;
    this.draft = { lesson: lesson.id, answer: this.answerOf(lesson), sureness: this.draft?.lesson === lesson.id ? this.draft.sureness : null };
  }

  private async keep(lesson: Lesson): Promise<void> {
    const answer = this.answerOf(lesson);
    if (!answer) return;
    this.lessons.foretell(answer, this.draft?.lesson === lesson.id ? this.draft.sureness : null);
    this.changing = null;
    await this.refocus();
  }

  private async edit(lesson: Lesson): Promise<void> {
    this.changing = lesson.id;
    this.draft = null;
    await this.refocus();
  }

  private readonly again = async (): Promise<void> => {
    this.lessons.forget();
    this.draft = null;
    await this.refocus();
  };

  /** The button that was pressed is gone. */
  private async refocus(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('h2')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-predict-block': PredictBlock;
  }
}

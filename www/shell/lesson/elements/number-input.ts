import { css, html, unsafeCSS, type CSSResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import { numberText } from '../prediction/answer-text';
import type { NumberQuestion } from '../prediction/question';

/** Marks on the slider of a logarithmic scale. */
const MARKS = 1000;

/** As long as nothing was chosen, the handle is hollow: it can be taken, and stands for no answer. */
const handle = (part: CSSResult): CSSResult => css`
  input${part} {
    width: 20px;
    height: 20px;
    appearance: none;
    border: 2px solid var(--pencil);
    border-radius: 50%;
    background: var(--pencil);
  }

  input[data-unset]${part} {
    border-style: dashed;
    background: var(--pane);
  }
`;

/** A mark on a scale; `change` tells that it was moved. */
@customElement('tinyai-number-input')
export class NumberInput extends LabElement {
  static override styles = [
    shared,
    css`
      label {
        display: grid;
        grid-template-columns: minmax(12rem, 32rem) auto;
        gap: 0 var(--space-3);
        align-items: center;
      }

      input {
        width: 100%;
        height: max(1.6rem, var(--target));
        margin: 0;
        appearance: none;
        background: linear-gradient(var(--rule-strong), var(--rule-strong)) 0 50% / 100% 4px no-repeat;
        cursor: pointer;
      }

      ${handle(unsafeCSS('::-webkit-slider-thumb'))}
      ${handle(unsafeCSS('::-moz-range-thumb'))}

      output {
        color: var(--pencil);
        font-family: var(--heading);
        font-size: calc(1.5 * var(--unit));
        font-weight: 600;
        white-space: nowrap;
      }

      .ends {
        display: flex;
        grid-column: 1;
        justify-content: space-between;
        color: var(--ink-2);
        font-size: var(--size-note);
      }

      /* On paper one writes it down. */
      @media print {
        output {
          min-width: 5em;
          border-bottom: 1px solid var(--ink);
          color: transparent;
        }
      }

      @container (max-width: 520px) {
        label {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) question!: NumberQuestion;
  @property({ attribute: false }) value: number | null = null;

  override render() {
    const { question, words, value } = this;
    const { from, to, step, logarithmic = false } = question.scale;
    const [low, high] = question.ends?.[words.language] ?? [numberText(words, from, question.unit), numberText(words, to, question.unit)];
    const said = value === null ? null : numberText(words, value, question.unit);
    // Keys set out from the middle.
    const middle = logarithmic ? MARKS / 2 : (from + to) / 2;
    return html`<label>
      <input
        type="range"
        ?data-unset=${value === null}
        min=${logarithmic ? 0 : from}
        max=${logarithmic ? MARKS : to}
        step=${logarithmic ? 1 : step}
        .value=${String(value === null ? middle : logarithmic ? (MARKS * Math.log(value / from)) / Math.log(to / from) : value)}
        aria-valuetext=${said ?? words.messages.lesson.predict.unset}
        @input=${this.moved}
        @pointerup=${this.moved}
      />
      <output>${said ?? '–'}</output>
      <span class="ends"><span>${low}</span><span>${high}</span></span>
    </label>`;
  }

  private readonly moved = (event: Event): void => {
    const { from, to, step, logarithmic = false } = this.question.scale;
    const at = Number((event.target as HTMLInputElement).value);
    this.value = logarithmic ? rounded(from * (to / from) ** (at / MARKS), step) : at;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  };
}

/** Two significant digits are as fine as anybody means it. */
function rounded(value: number, step: number): number {
  const two = Number(value.toPrecision(2));
  return Math.max(step, Math.round(two / step) * step);
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-number-input': NumberInput;
  }
}

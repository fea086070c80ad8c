import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/chart/line-chart';
import type { DrawnEvent } from '../../../kit/chart/line-chart';
import { LabElement } from '../../elements/lab-element';
import type { Language } from '../../text/language';
import type { CurveQuestion, Point } from '../prediction/question';

/** As few points as make a curve. */
const FEWEST = 3;

/** Axes over which somebody draws how a loss will fall, with the pointer or by keyboard; `change` tells of each stroke. */
@customElement('tinyai-curve-input')
export class CurveInput extends LabElement {
  static override styles = [
    shared,
    css`
      tinyai-line-chart {
        max-width: 52rem;
        --chart-height: 18rem;
      }

      p {
        padding-top: var(--space-1);
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  @property({ attribute: false }) question!: CurveQuestion;
  /** The language whose experiment is asked of. */
  @property({ attribute: false }) experiment: Language = 'en';
  @property({ attribute: false }) value: readonly Point[] | null = null;

  /** The curve, once it is one. */
  get chosen(): readonly Point[] | null {
    return this.value && this.value.length >= FEWEST ? this.value : null;
  }

  override render() {
    const { question, words, value, experiment } = this;
    const { language, messages, format } = words;
    const { steps, low, high, start = null } = question.axes[experiment];
    const text = messages.lesson.predict;
    return html`
      <tinyai-line-chart
        drawing
        .label=${messages.results.loss}
        .nameX=${messages.results.step}
        .nameY=${messages.results.lossUnit}
        .rangeX=${[0, steps]}
        .rangeY=${[low, high]}
        .formatX=${format.count}
        .formatY=${format.loss}
        .sayX=${(step: number) => text.units.steps(format.count(step))}
        .references=${(question.beside ?? []).map(({ name, loss }) => ({ name: name[language], y: loss[experiment] }))}
        .pencil=${value ?? []}
        .pencilStart=${start}
        @drawn=${this.drawn}
      ></tinyai-line-chart>
      <p>${text.drawHint} ${value && value.length > 0 ? html`<button class="link" @click=${this.clear}>${text.clear}</button>` : ''}</p>
    `;
  }

  private readonly drawn = ({ points }: DrawnEvent): void => {
    this.value = points;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  };

  private readonly clear = (): void => {
    this.value = [];
    this.dispatchEvent(new Event('change', { bubbles: true }));
    // The button that was pressed is gone.
    this.renderRoot.querySelector('tinyai-line-chart')?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-curve-input': CurveInput;
  }
}

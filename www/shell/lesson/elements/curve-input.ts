import { css, html, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../elements/lab-element';
import type { CurveQuestion, Point } from '../prediction/question';

/** Points of the curve, evenly over the steps. */
const POINTS = 11;
const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 56;
const BOTTOM = 40;
const TOP = 12;
const RIGHT = 12;
/** Heights that an arrow key moves a point through, from the lowest to the highest. */
const NOTCHES = 24;

/** Axes over which somebody draws how a loss will fall, with the pointer or by keyboard; `change` tells of each stroke. */
@customElement('tinyai-curve-input')
export class CurveInput extends LabElement {
  static override styles = [
    shared,
    css`
      svg {
        display: block;
        width: 100%;
        max-width: 48rem;
        height: auto;
        overflow: visible;
        touch-action: pan-y;
        cursor: crosshair;
        background: var(--raised);
      }

      svg:focus-visible {
        outline-offset: 4px;
      }

      .grid {
        stroke: var(--rule);
      }

      text {
        fill: var(--ink-2);
        font-size: 15px;
      }

      .beside {
        stroke: var(--ink-3);
        stroke-dasharray: 5 4;
      }

      .pencil {
        fill: none;
        stroke: var(--pencil);
        stroke-width: 3;
        stroke-dasharray: 9 3 12 3;
        stroke-linecap: round;
        stroke-linejoin: round;
      }

      circle {
        fill: var(--paper);
        stroke: var(--pencil);
        stroke-width: 2;
      }

      circle[data-chosen] {
        fill: var(--pencil);
      }

      p {
        padding-top: var(--space-1);
        color: var(--ink-2);
        font-size: var(--size-note);
      }
    `,
  ];

  @property({ attribute: false }) question!: CurveQuestion;
  @property({ attribute: false }) value: readonly Point[] | null = null;

  /** The point that arrow keys move. */
  @state() private at = POINTS - 1;
  private drawing: number | null = null;

  private get axes(): CurveQuestion['axes']['en'] {
    return this.question.axes[this.words.language];
  }

  /** The curve as it stands: at first a level line from where a loss begins. */
  get chosen(): readonly Point[] {
    const { steps, high, low } = this.axes;
    return this.value ?? Array.from({ length: POINTS }, (_, i) => ({ x: (steps * i) / (POINTS - 1), y: low + (high - low) * 0.75 }));
  }

  override render() {
    const { question, words, chosen } = this;
    const { steps, low, high } = this.axes;
    const { language, messages, format } = words;
    const text = messages.lesson.predict;
    const x = (step: number): number => LEFT + (step / steps) * (WIDTH - LEFT - RIGHT);
    const y = (loss: number): number => TOP + ((high - loss) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const ticks = [0, 0.25, 0.5, 0.75, 1];
    const point = chosen[this.at]!;
    return html`
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        tabindex="0"
        role="slider"
        aria-label=${text.drawHint}
        aria-valuemin=${low}
        aria-valuemax=${high}
        aria-valuenow=${point.y}
        aria-valuetext="${text.units.steps(format.count(point.x))}: ${text.units.nats(format.loss(point.y))}"
        @keydown=${this.key}
        @pointerdown=${this.down}
        @pointermove=${this.stroke}
        @pointerup=${this.up}
        @pointercancel=${this.up}
      >
        ${ticks.map((share) => {
          const loss = low + (high - low) * share;
          return svg`<line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(loss)} y2=${y(loss)} /><text x=${LEFT - 8} y=${y(loss) + 5} text-anchor="end">${format.short(loss)}</text>`;
        })}
        ${ticks.map((share) => svg`<text x=${x(steps * share)} y=${HEIGHT - BOTTOM + 20} text-anchor="middle">${format.count(steps * share)}</text>`)}
        <text x=${(LEFT + WIDTH - RIGHT) / 2} y=${HEIGHT - 2} text-anchor="middle">${messages.results.step}</text>
        ${(question.beside ?? []).map(
          ({ name, loss }) => svg`<line class="beside" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(loss[language])} y2=${y(loss[language])} /><text x=${WIDTH - RIGHT} y=${y(loss[language]) - 6} text-anchor="end">${name[language]}</text>`,
        )}
        <polyline class="pencil" points=${chosen.map((each) => `${x(each.x)},${y(each.y)}`).join(' ')} />
        ${chosen.map((each, i) => svg`<circle cx=${x(each.x)} cy=${y(each.y)} r=${i === this.at ? 6 : 4} ?data-chosen=${i === this.at} />`)}
      </svg>
      <p>${text.drawHint}</p>
    `;
  }

  private put(at: number, y: number): void {
    const { low, high } = this.axes;
    this.value = this.chosen.map((point, i) => (i === at ? { x: point.x, y: Math.min(high, Math.max(low, y)) } : point));
    this.at = at;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  private readonly key = (event: KeyboardEvent): void => {
    const { low, high } = this.axes;
    const notch = (high - low) / NOTCHES;
    const { y } = this.chosen[this.at]!;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => (this.at = Math.max(0, this.at - 1)),
      ArrowRight: () => (this.at = Math.min(POINTS - 1, this.at + 1)),
      Home: () => (this.at = 0),
      End: () => (this.at = POINTS - 1),
      ArrowUp: () => this.put(this.at, y + notch),
      ArrowDown: () => this.put(this.at, y - notch),
      PageUp: () => this.put(this.at, y + 4 * notch),
      PageDown: () => this.put(this.at, y - 4 * notch),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };

  private readonly down = (event: PointerEvent): void => {
    const target = event.currentTarget as SVGSVGElement;
    target.setPointerCapture(event.pointerId);
    this.drawing = null;
    this.draw(event);
  };

  private readonly stroke = (event: PointerEvent): void => {
    if (event.buttons > 0 && this.drawing !== null) this.draw(event);
  };

  private readonly up = (): void => {
    this.drawing = null;
  };

  /** Takes in where the pointer is, and what it passed since. */
  private draw(event: PointerEvent): void {
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    const share = ((event.clientX - box.left) * (WIDTH / box.width) - LEFT) / (WIDTH - LEFT - RIGHT);
    const at = Math.round(Math.min(1, Math.max(0, share)) * (POINTS - 1));
    const { low, high } = this.axes;
    const height = ((event.clientY - box.top) * (HEIGHT / box.height) - TOP) / (HEIGHT - TOP - BOTTOM);
    const y = high - height * (high - low);
    const from = this.drawing ?? at;
    const before = this.chosen[from]!.y;
    // A fast stroke passes points without an event.
    for (let i = from; i !== at; i += Math.sign(at - from)) if (i !== from) this.put(i, before + ((y - before) * (i - from)) / (at - from));
    this.put(at, y);
    this.drawing = at;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-curve-input': CurveInput;
  }
}

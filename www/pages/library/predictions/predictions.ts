import { css, html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
import { surenessText } from '../../../shell/lesson/prediction/answer-text';
import { calibration, type Calibration } from '../../../shell/lesson/prediction/calibration';
import { LibraryElement } from '../library-element';

/** Side of the drawing. */
const SIDE = 150;

/** What somebody foretold in lessons: how much of it came true, and whether as often as they said. */
@customElement('tinyai-predictions')
export class Predictions extends LibraryElement {
  static override styles = [
    shared,
    css`
      :host {
        margin-block: var(--space-5) var(--space-4);
      }

      .both {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-4);
        align-items: center;
      }

      svg {
        flex: none;
        width: 20rem;
        max-width: 100%;
        height: auto;
        overflow: visible;
      }

      .frame {
        fill: none;
        stroke: var(--rule-strong);
      }

      .perfect {
        stroke: var(--ink-3);
        stroke-dasharray: 5 4;
      }

      text {
        font-size: 12px;
        fill: var(--ink-2);
      }

      .across {
        text-anchor: middle;
      }

      .down {
        text-anchor: end;
        dominant-baseline: central;
      }

      circle {
        fill: var(--pencil);
      }

      li {
        padding-block: var(--space-1);
      }

      li b {
        color: var(--pencil);
      }
    `,
  ];

  override render() {
    const foretold = this.desk.all.flatMap(({ foretold }) => (foretold?.outcome && !foretold.seen ? [foretold] : []));
    if (foretold.length === 0) return nothing;
    const { text, words } = this;
    const { count } = words.format;
    const right = foretold.filter(({ outcome }) => outcome!.grade !== 'far').length;
    const levels = calibration(foretold);
    return html`<tinyai-figure .heading=${text.predictions} .caption=${text.predictionsCaption(count(foretold.length), count(right))}>
      ${levels.length === 0
        ? nothing
        : html`<div class="both">
            ${this.renderDrawing(levels)}
            <ul>
              ${levels.map((level) => html`<li><b>${surenessText(words, level.sureness)}</b>: ${text.cameTrue(level.right, level.all)}</li>`)}
            </ul>
          </div>`}
    </tinyai-figure>`;
  }

  /** What was said across, what came up: on the diagonal, somebody is as sure as they are right. */
  private renderDrawing(levels: readonly Calibration[]) {
    const at = (share: number): number => SIDE * share;
    const { text, words } = this;
    const { wholePercent } = words.format;
    return html`<svg viewBox="-64 -10 ${SIDE + 84} ${SIDE + 52}" aria-hidden="true">
      ${[0, 0.5, 1].map((share) => svg`<text class="down" x="-6" y=${SIDE - at(share)}>${wholePercent(share)}</text><text class="across" x=${at(share)} y=${SIDE + 16}>${wholePercent(share)}</text>`)}
      <text class="across" x=${SIDE / 2} y=${SIDE + 36}>${text.sure}</text>
      <text class="across" transform="translate(-50 ${SIDE / 2}) rotate(-90)">${text.right}</text>
      <rect class="frame" width=${SIDE} height=${SIDE} /><line class="perfect" x1="0" y1=${SIDE} x2=${SIDE} y2="0" />
      ${levels.map(({ sureness, right, all }) => svg`<circle cx=${at(sureness)} cy=${SIDE - at(right / all)} r=${4 + 2 * Math.sqrt(all)} />`)}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-predictions': Predictions;
  }
}

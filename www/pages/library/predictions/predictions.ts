import { css, html, nothing, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import '../../../kit/figure/figure';
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
        width: 12rem;
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
    const { count, wholePercent } = words.format;
    const right = foretold.filter(({ outcome }) => outcome!.grade !== 'far').length;
    const levels = calibration(foretold);
    return html`<tinyai-figure .heading=${text.predictions} .caption=${text.predictionsCaption(count(foretold.length), count(right))}>
      ${levels.length === 0
        ? nothing
        : html`<div class="both">
            ${this.renderDrawing(levels)}
            <ul>
              ${levels.map((level) => html`<li><b>${text.said(wholePercent(level.sureness))}</b>: ${text.cameTrue(level.right, level.all)}</li>`)}
            </ul>
          </div>`}
    </tinyai-figure>`;
  }

  /** What was said across, what came up: on the diagonal, somebody is as sure as they are right. */
  private renderDrawing(levels: readonly Calibration[]) {
    const at = (share: number): number => SIDE * share;
    return html`<svg viewBox="-2 -2 ${SIDE + 4} ${SIDE + 4}" aria-hidden="true">
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

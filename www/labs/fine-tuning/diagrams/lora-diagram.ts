import { css, html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { D_MODEL } from '../lessons/base';

/** Side of W. */
const SIDE = 132;
/** Heights of the way through W and of that through the pair. */
const UPPER = 84;
const LOWER = 244;
/** Left edges of W and A, the middle of B, where the ways part, and where they meet. */
const [W_LEFT, A_LEFT, B_MIDDLE, PART, SUM] = [112, 76, 266, 44, 352];

const TEXT = {
  en: {
    frozen: 'frozen',
    label: (rank: string, learning: string, all: string, share: string) =>
      `With rank ${rank}, ${learning} numbers, those in red, learn beside the ${all} of this one matrix: ${share} of it.`,
  },
  zh: {
    frozen: '冻结',
    label: (rank: string, learning: string, all: string, share: string) => `秩为 ${rank} 时，这一个矩阵有 ${all} 个数值，旁边参与学习的只有红色的 ${learning} 个，相当于它的 ${share}。`,
  },
} as const;

/** One projection: x goes through the frozen weight W and through the thin pair A, B beside it, and both are summed; A and B are as wide as the rank. */
@customElement('tinyai-lora-diagram')
export class LoraDiagram extends LabElement {
  static override styles = [
    shared,
    diagram,
    css`
      .flow {
        fill: none;
        stroke: var(--seal);
        stroke-width: 6;
        stroke-dasharray: 0 40;
        stroke-linecap: round;
        animation: flow 1.6s linear 3;
        opacity: 0;
      }

      @keyframes flow {
        0% {
          opacity: 1;
          stroke-dashoffset: 80;
        }

        100% {
          opacity: 1;
          stroke-dashoffset: 0;
        }
      }

      @media (prefers-reduced-motion: reduce) {
        .flow {
          animation: none;
        }
      }
    `,
  ];

  override render() {
    const { editor } = this.store;
    const { language } = this.words;
    const text = TEXT[language];
    const { rank } = editor.config(editor.selected).fine_tuning.lora;
    const thin = Math.min(SIDE, Math.max(2, (SIDE * rank) / D_MODEL));
    const { count, plain, percent } = this.format;
    const [all, learning] = [D_MODEL * D_MODEL, 2 * D_MODEL * rank];
    const said = text.label(plain(rank), count(learning), count(all), percent(learning / all));
    const upper = `M 22 ${UPPER} H ${SUM - 14}`;
    const lower = `M ${PART} ${UPPER} V ${LOWER} H ${SUM} V ${UPPER + 14}`;
    return html`
      <svg viewBox="0 0 400 330" role="img" aria-label=${said}>
        <defs>
          <pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" y2="9" /></pattern>
        </defs>
        <path class="wire" d=${upper} /><path class="wire" d=${lower} /><path class="wire" d="M ${SUM + 14} ${UPPER} H 384" />
        ${arrow(SUM - 14, UPPER, 0)}${arrow(SUM, UPPER + 14, -90)}${arrow(390, UPPER, 0)}
        <path class="flow" d=${upper} /><path class="flow" d=${lower} />

        <text class="sign" x="10" y=${UPPER + 6}>x</text>
        <rect class="frozen" x=${W_LEFT} y=${UPPER - SIDE / 2} width=${SIDE} height=${SIDE} />
        <rect x=${W_LEFT} y=${UPPER - SIDE / 2} width=${SIDE} height=${SIDE} fill="url(#hatch)" />
        <text class="sign" x=${W_LEFT + SIDE / 2} y=${UPPER - 16}>W</text>
        <text x=${W_LEFT + SIDE / 2} y=${UPPER + 10}>d × d</text>
        <text class="note" x=${W_LEFT + SIDE / 2} y=${UPPER + 34}>${text.frozen}</text>

        ${svg`<rect class="learns moves" x="${A_LEFT}" y="${LOWER - thin / 2}" width="${SIDE}" height="${thin}" />`}
        ${svg`<rect class="learns moves" x="${B_MIDDLE - thin / 2}" y="${LOWER - SIDE / 2}" width="${thin}" height="${SIDE}" />`}
        <text class="start" x=${A_LEFT} y=${LOWER + thin / 2 + 24}><tspan class="sign">A</tspan><tspan dx="8">r × d</tspan></text>
        <text class="start" x=${B_MIDDLE + thin / 2 + 10} y=${LOWER + 50}><tspan class="sign">B</tspan><tspan dx="8">d × r</tspan></text>
        <text class="start note" x=${SUM + 12} y=${(UPPER + LOWER) / 2 + 6}>α/r</text>

        <circle class="frozen" cx=${SUM} cy=${UPPER} r="14" /><text x=${SUM} y=${UPPER + 6}>+</text>
      </svg>
      <p>${said}</p>
    `;
  }
}

const arrow = (x: number, y: number, turned: number) => svg`<path class="tip" d="M 0 0 L -9 -5 V 5 Z" transform="translate(${x} ${y}) rotate(${turned})" />`;

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-lora-diagram': LoraDiagram;
  }
}

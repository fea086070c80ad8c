import { css, html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { BASE } from '../../../shell/store/spec-editor';

/** Width of the shipped models. */
const D_MODEL = 192;
/** Pixels of a side of W. */
const SIDE = 150;

const TEXT = {
  en: {
    frozen: 'frozen',
    learns: 'learns',
    full: 'all of it learns',
    label: (method: string, learning: string, all: string) => `${method}: of the ${all} numbers of a square projection, ${learning} learn.`,
  },
  zh: {
    frozen: '冻结',
    learns: '学习',
    full: '全部参与学习',
    label: (method: string, learning: string, all: string) => `${method}：一个方形投影层有 ${all} 个数值，其中参与学习的有 ${learning} 个。`,
  },
} as const;

/** One projection: the frozen weight W, and beside it the thin pair B·A, as wide as the rank. */
@customElement('tinyai-lora-diagram')
export class LoraDiagram extends LabElement {
  static override styles = [
    shared,
    css`
      svg {
        display: block;
        width: 100%;
        max-width: 27rem;
        height: auto;
        margin-inline: auto;
        overflow: visible;
      }

      rect {
        transition: width 0.3s, height 0.3s, x 0.3s, y 0.3s;
      }

      .frozen {
        fill: var(--pane);
        stroke: var(--ink-3);
      }

      .learns {
        fill: var(--seal);
        stroke: none;
      }

      .hatch {
        stroke: var(--rule-strong);
      }

      text {
        fill: var(--ink);
        font-family: var(--serif);
        font-size: 17px;
        text-anchor: middle;
      }

      .note {
        fill: var(--ink-2);
        font-family: var(--sans);
        font-size: 15px;
      }

      .wire {
        fill: none;
        stroke: var(--ink-2);
        stroke-width: 1.5;
      }

      p {
        padding-top: var(--space-2);
        color: var(--ink-2);
        font-size: var(--size-note);
        text-align: center;
        text-wrap: balance;
      }

      @media (prefers-reduced-motion: reduce) {
        rect {
          transition: none;
        }
      }
    `,
  ];

  override render() {
    const { editor } = this.store;
    const { language } = this.words;
    const text = TEXT[language];
    const lora = editor.config(editor.selected === BASE ? BASE : editor.selected).fine_tuning.lora;
    const { rank } = lora;
    const thin = Math.max(2, (SIDE * rank) / D_MODEL);
    const { count, plain } = this.format;
    const all = D_MODEL * D_MODEL;
    const learning = 2 * D_MODEL * rank;
    const said = text.label(`LoRA, ${this.words.field('fine_tuning.lora.rank')!.label} ${plain(rank)}`, count(learning), count(all));
    return html`
      <svg viewBox="0 0 430 230" role="img" aria-label=${said}>
        <defs>
          <pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" y2="9" /></pattern>
        </defs>
        <path class="wire" d="M 10 115 H 60 M 60 115 V 115 M 210 115 H 400" />
        <path class="wire" d="M 35 115 V 205 H 250" />
        <path class="wire" d="M ${282 + SIDE / 2} 205 H 385 V 115" />
        <rect class="frozen" x="60" y="28" width=${SIDE} height=${SIDE} /><rect x="60" y="28" width=${SIDE} height=${SIDE} fill="url(#hatch)" />
        <text x=${60 + SIDE / 2} y="108">W</text>
        <text class="note" x=${60 + SIDE / 2} y="128">${text.frozen}</text>
        <text x="385" y="104">+</text>
        <text class="note" x="20" y="106">x</text>
        ${svg`<rect class="learns" x="250" y="${205 - thin / 2}" width="${SIDE / 2}" height="${thin}" />`}
        ${svg`<rect class="learns" x="${282 + SIDE / 2 - thin / 2 - 20}" y="${205 - SIDE / 2 - 8}" width="${thin}" height="${SIDE / 2}" />`}
        <text x="262" y=${205 - thin / 2 - 8}>A</text>
        <text x=${282 + SIDE / 2 + thin / 2 - 4} y=${205 - SIDE / 2 + 12}>B</text>
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-lora-diagram': LoraDiagram;
  }
}

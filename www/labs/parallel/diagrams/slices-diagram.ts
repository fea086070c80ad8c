import { svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Diagram, WIDTH, type Drawn } from './diagram';

/** Slices that are drawn. */
const SLICES = 2;
const COLOURS = ['var(--run-0)', 'var(--run-1)'];
const SIDE = 92;

const TEXT = {
  en: {
    columns: 'by columns',
    rows: 'by rows',
    rank: (rank: number) => `rank ${rank}`,
    said: (layers: number) => `Each rank has half of the columns of A and half of the rows of B, in each of ${layers} layers. Only the results have to be summed.`,
  },
  zh: {
    columns: '按列切',
    rows: '按行切',
    rank: (rank: number) => `${rank} 号进程`,
    said: (layers: number) => `${layers} 层中的每一层，每个进程都持有 A 的一半列和 B 的一半行，只有结果需要求和。`,
  },
};

/** Two products in a row: the first matrix cut by columns, the second by rows, and a sum. */
@customElement('tinyai-slices-diagram')
export class SlicesDiagram extends Diagram {
  protected draw(): Drawn {
    const text = this.of(TEXT);
    const part = SIDE / SLICES;
    const slices = COLOURS.map(
      (colour, i) => svg`
        <rect x=${42 + i * part} y="30" width=${part - 2} height=${SIDE} fill=${colour} />
        <rect x="180" y=${30 + i * part} width=${SIDE} height=${part - 2} fill=${colour} />
        <path class="wire" d="M 274 ${30 + (i + 0.5) * part} L 312 76" />
        <rect x=${82 + i * 110} y="156" width="15" height="15" fill=${colour} /><text class="start" x=${103 + i * 110} y="169">${text.rank(i)}</text>`,
    );
    return {
      height: 180,
      parts: svg`
        <text x="18" y="82">X</text><path class="wire" d="M 28 76 H 40" /><path class="wire" d="M ${44 + SIDE} 76 H 178" />
        ${slices}
        <circle class="transfer" cx="324" cy="76" r="14" /><text class="on-transfer" x="324" y="82">+</text>
        <text x=${42 + SIDE / 2} y="20">A ${text.columns}</text><text x=${180 + SIDE / 2} y="20">B ${text.rows}</text>
        <path class="wire" d="M 339 76 H ${WIDTH - 4}" />`,
      said: text.said(this.config.model.n_layers),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-slices-diagram': SlicesDiagram;
  }
}

import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';

/** Cells of a side of each drawn ΔW, and units of one. */
const [CELLS, CELL] = [18, 7];
const SIDE = CELLS * CELL;
/** Changes that are drawn, and where their upper left corners stand. */
const PLACES = [
  [44, 6],
  [230, 6],
  [44, 172],
  [230, 172],
] as const;

const TEXT = {
  en: {
    rank: (rank: string) => `rank ${rank}`,
    label: (ranks: string) => `A corner of ${CELLS} × ${CELLS} numbers of the change of a weight, made up of random B and A, with ranks ${ranks}. Each is a sum of that many patterns, a column of B times a row of A.`,
    beyond: ` Above rank ${CELLS}, so small a corner looks like any other.`,
    comma: ', ',
  },
  zh: {
    rank: (rank: string) => `秩 ${rank}`,
    label: (ranks: string) => `用随机的 B 和 A 得出的权重改变量，只画出一角（${CELLS} × ${CELLS}），秩为 ${ranks}。秩是几，它就是几个图案之和，每个图案是 B 的一列乘 A 的一行。`,
    beyond: `秩超过 ${CELLS} 后，这么小的一角就看不出差别了。`,
    comma: '、',
  },
} as const;

/** Numbers between −1 and 1 that look random, the same each time (a linear congruential generator). */
function numbers(seed: number, count: number): number[] {
  let state = (seed * 7919 + 17) % 2_147_483_648;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 1_073_741_823.5 - 1;
  });
}

/** The change of a weight as a sum of `rank` patterns, row by row, on a scale on which most entries are below 1. */
function change(rank: number): number[][] {
  // More patterns than cells add nothing to be seen.
  const patterns = Array.from({ length: Math.min(rank, 64) }, (_, k) => [numbers(2 * k + 1, CELLS), numbers(2 * k + 2, CELLS)] as const);
  const scale = 0.75 * Math.sqrt(patterns.length);
  return Array.from({ length: CELLS }, (_, i) => Array.from({ length: CELLS }, (_, j) => patterns.reduce((sum, [column, row]) => sum + column[i]! * row[j]!, 0) / scale));
}

/** What a change of a weight can look like with each of the runs' ranks. */
@customElement('tinyai-rank-diagram')
export class RankDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const { plain } = this.format;
    const ranks = editor.spec.runs.flatMap((_, run) => {
      const { method, lora } = editor.config(run).fine_tuning;
      return method === 'lora' ? [lora.rank] : [];
    });
    const drawn = [...new Set(ranks)].sort((a, b) => a - b).slice(0, PLACES.length);
    const said = text.label(drawn.map(plain).join(text.comma)) + (drawn.some((rank) => rank > CELLS) ? text.beyond : '');
    return html`
      <svg viewBox="0 0 400 330" role="img" aria-label=${said}>
        ${drawn.map((rank, at) => {
          const [left, top] = PLACES[at]!;
          return svg`${change(rank).map((row, i) => row.map((value, j) => cell(left + j * CELL, top + i * CELL, value)))}
            <rect class="wire" x=${left} y=${top} width=${SIDE} height=${SIDE} /><text x=${left + SIDE / 2} y=${top + SIDE + 20}>${text.rank(plain(rank))}</text>`;
        })}
      </svg>
      <p>${said}</p>
    `;
  }
}

/** A number: red above nothing, ink below it, the stronger the larger. */
const cell = (x: number, y: number, value: number) =>
  svg`<rect x=${x} y=${y} width=${CELL} height=${CELL} fill=${value > 0 ? 'var(--seal)' : 'var(--ink)'} fill-opacity=${Math.min(1, Math.abs(value)).toFixed(2)} />`;

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-rank-diagram': RankDiagram;
  }
}

import { css, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styled } from '../../../kit/styled';
import { Diagram, type Drawn } from './diagram';

const SIZE = 30;
const LEFT = 118;

const TEXT = {
  en: {
    fast: 'rank 0, fast',
    slow: 'rank 1, slow',
    said: (first: number, second: number) => `An even division: ${first} layers for the fast rank, ${second} for the slow one.`,
  },
  zh: {
    fast: '0 号，快',
    slow: '1 号，慢',
    said: (first: number, second: number) => `均等划分：快的进程 ${first} 层，慢的进程 ${second} 层。`,
  },
};

/** Two stages with their layers, and how fast work goes through each. */
@customElement('tinyai-paces-diagram')
export class PacesDiagram extends Diagram {
  static override styles = [
    ...[Diagram.styles].flat(),
    css`
      .pace {
        animation: go 2.4s linear infinite;
      }

      @keyframes go {
        to {
          transform: translateX(var(--way));
        }
      }
    `,
  ];

  protected draw(): Drawn {
    const text = this.of(TEXT);
    const layers = Math.min(12, this.config.model.n_layers);
    const counts = [Math.ceil(layers / 2), Math.floor(layers / 2)] as const;
    const row = (name: string, count: number, y: number, seconds: number) => {
      const way = count * SIZE + 4;
      return svg`
        <text class="start" x="2" y=${y + 20}>${name}</text>
        ${Array.from({ length: count }, (_, i) => svg`<rect class="box" x=${LEFT + i * SIZE} y=${y} width=${SIZE - 4} height=${SIZE} rx="2" />`)}
        <circle class="forward pace" cx=${LEFT - 4} cy=${y + SIZE / 2} r="7" ${styled({ '--way': `${way}px`, 'animation-duration': `${seconds}s` })} />`;
    };
    return { height: 104, parts: svg`${row(text.fast, counts[0], 8, 2)}${row(text.slow, counts[1], 62, 4)}`, said: text.said(...counts) };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-paces-diagram': PacesDiagram;
  }
}

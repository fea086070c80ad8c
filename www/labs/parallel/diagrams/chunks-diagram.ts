import { svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Diagram, WIDTH, atMost, type Drawn } from './diagram';

const TEXT = {
  en: {
    plain: '1F1B: a stage on each rank',
    chunks: 'interleaved: two chunks on each',
    split: 'ZB-H1: a backward is two jobs',
    backward: 'backward',
    input: 'for the inputs',
    weight: 'for the weights',
    said: (ranks: number, layers: number) => `${layers} layers on ${ranks} ranks. Interleaved, a rank has two shorter chunks. In ZB-H1, the gradients for the weights can wait for a gap.`,
  },
  zh: {
    plain: '1F1B：每个进程一个阶段',
    chunks: '交错：每个进程两块',
    split: 'ZB-H1：反向是两件事',
    backward: '反向',
    input: '输入的梯度',
    weight: '权重的梯度',
    said: (ranks: number, layers: number) => `${layers} 层分给 ${ranks} 个进程。交错时，每个进程持有较短的两块；ZB-H1 中，权重的梯度可以等到有空隙时再算。`,
  },
};

/** Which rank has which layers, in stages and in chunks; and the backward, whole and split. */
@customElement('tinyai-chunks-diagram')
export class ChunksDiagram extends Diagram {
  protected draw(): Drawn {
    const text = this.of(TEXT);
    const { mesh, model } = this.config;
    const ranks = atMost(mesh.pipeline, 4);
    const layers = atMost(model.n_layers, 8);
    const size = (WIDTH - 4) / layers;
    const strip = (y: number, runs: number) =>
      Array.from({ length: layers }, (_, i) => {
        const rank = Math.floor((i * runs) / layers) % ranks;
        return svg`<rect x=${2 + i * size} y=${y} width=${size - 2} height="32" fill="var(--run-${rank})" /><text x=${1 + (i + 0.5) * size} y=${y + 21} class="on-run">${rank}</text>`;
      });
    return {
      height: 230,
      parts: svg`
        <text class="start" x="2" y="16">${text.plain}</text>${strip(24, ranks)}
        <text class="start" x="2" y="86">${text.chunks}</text>${strip(94, 2 * ranks)}
        <text class="start" x="2" y="156">${text.split}</text>
        <rect class="backward" x="2" y="164" width="174" height="32" /><rect class="weight" x="184" y="164" width="174" height="32" />
        <text class="on-backward" x="89" y="185">${text.input}</text><text class="on-weight" x="271" y="185">${text.weight}</text>
        <path class="wire" d="M 2 206 V 212 H 358 V 206" /><text x=${WIDTH / 2} y="228">${text.backward}</text>`,
      said: text.said(mesh.pipeline, model.n_layers),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-chunks-diagram': ChunksDiagram;
  }
}

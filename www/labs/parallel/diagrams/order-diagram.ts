import { svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Diagram, atMost, type Drawn } from './diagram';

const TEXT = {
  en: {
    gpipe: 'GPipe',
    f1b: '1F1B',
    forward: 'forward',
    backward: 'backward',
    said: (parts: number, all: boolean) =>
      `What the first rank does in order${all ? '' : `, for the first ${parts} micro-batches`}. The activations of a micro-batch are kept from its forward to its backward.`,
  },
  zh: {
    gpipe: 'GPipe',
    f1b: '1F1B',
    forward: '前向',
    backward: '反向',
    said: (parts: number, all: boolean) => `第一个进程的计算顺序${all ? '' : `（前 ${parts} 个微批次）`}。每个微批次的激活值，从它的前向留到它的反向。`,
  },
};

interface Work {
  kind: 'forward' | 'backward';
  part: number;
}

const forward = (part: number): Work => ({ kind: 'forward', part });
const backward = (part: number): Work => ({ kind: 'backward', part });

/** All forwards, then all backwards. */
export const gpipe = (parts: number): Work[] => [...Array.from({ length: parts }, (_, i) => forward(i)), ...Array.from({ length: parts }, (_, i) => backward(i))];

/** On the first of some stages: as many forwards as there are stages, then a backward and a forward in turn, then the backwards that are left. */
export function oneForwardOneBackward(parts: number, stages: number): Work[] {
  const warm = Math.min(parts, stages);
  const work = Array.from({ length: warm }, (_, i) => forward(i));
  for (let i = 0; i < parts; i++) work.push(backward(i), ...(warm + i < parts ? [forward(warm + i)] : []));
  return work;
}

/** The order of work on the first rank, in both schedules. */
@customElement('tinyai-order-diagram')
export class OrderDiagram extends Diagram {
  protected draw(): Drawn {
    const text = this.of(TEXT);
    const { mesh, training } = this.config;
    const parts = atMost(training.micro_batches, 8);
    const size = Math.min(44, 356 / (2 * parts));
    const row = (name: string, work: Work[], y: number) => svg`
      <text class="start" x="2" y=${y - 8}>${name}</text>
      ${work.map(
        ({ kind, part }, i) => svg`<rect class=${kind} x=${2 + i * size} y=${y} width=${size - 2} height="34" /><text class="on-${kind}" x=${1 + i * size + size / 2} y=${y + 22}>${part}</text>`,
      )}`;
    return {
      height: 186,
      parts: svg`
        ${row(text.gpipe, gpipe(parts), 28)}
        ${row(text.f1b, oneForwardOneBackward(parts, mesh.pipeline), 100)}
        <rect class="forward" x="60" y="160" width="16" height="16" /><text class="start" x="84" y="174">${text.forward}</text>
        <rect class="backward" x="200" y="160" width="16" height="16" /><text class="start" x="224" y="174">${text.backward}</text>`,
      said: text.said(parts, parts === training.micro_batches),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-order-diagram': OrderDiagram;
  }
}

import { svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Diagram, WIDTH, atMost, type Drawn } from './diagram';

/** What replicas hold of a parameter, in bytes with AdamW and float32, by its colour. */
const HELD = [
  { kind: 'parameters', bytes: 4 },
  { kind: 'gradients', bytes: 4 },
  { kind: 'optimizer', bytes: 8 },
] as const;
const UNIT = 7;
const GAP = 3;

const TEXT = {
  en: {
    parameters: 'weights',
    gradients: 'gradients',
    optimizer: 'optimizer',
    said: (replicas: number) => `Each of ${replicas} replicas keeps its own ${replicas === 1 ? 'whole' : `${nth(replicas)} part`} of weights, gradients and optimizer state; the outlines are what it held before.`,
  },
  zh: {
    parameters: '权重',
    gradients: '梯度',
    optimizer: '优化器',
    said: (replicas: number) => `${replicas} 个副本各自只保留权重、梯度和优化器状态的 1/${replicas}；轮廓是原来持有的全部。`,
  },
};

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });
const nth = (count: number): string => `${count}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[ordinals.select(count)]}`;

/** What each replica keeps in stage 3 of ZeRO, of what all of them would hold. */
@customElement('tinyai-shares-diagram')
export class SharesDiagram extends Diagram {
  protected draw(): Drawn {
    const text = this.of(TEXT);
    const { data } = this.config.mesh;
    const shown = atMost(data, 8);
    const pitch = (WIDTH - 100) / shown;
    const tops = HELD.map((_, i) => 8 + HELD.slice(0, i).reduce((sum, { bytes }) => sum + bytes * UNIT + GAP, 0));
    const replicas = Array.from({ length: shown }, (_, replica) => {
      const [x, width] = [100 + replica * pitch, pitch - 6];
      return HELD.map(({ kind, bytes }, i) => {
        const height = bytes * UNIT;
        return svg`
          <rect x=${x} y=${tops[i]!} width=${width} height=${height} fill="none" stroke="var(--memory-${kind})" stroke-dasharray="3 3" />
          <rect x=${x} y=${tops[i]! + (height * replica) / shown} width=${width} height=${height / shown} fill="var(--memory-${kind})" />`;
      });
    });
    return {
      height: 136,
      parts: svg`${HELD.map(({ kind, bytes }, i) => svg`<text class="end" x="92" y=${tops[i]! + (bytes * UNIT) / 2 + 5}>${text[kind]}</text>`)}${replicas.flat()}`,
      said: text.said(data),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-shares-diagram': SharesDiagram;
  }
}

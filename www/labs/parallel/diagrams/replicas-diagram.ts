import { css, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styled } from '../../../kit/styled';
import { Diagram, WIDTH, atMost, type Drawn } from './diagram';

const TEXT = {
  en: {
    batch: (sequences: number) => `batch: ${sequences} sequences`,
    model: 'model',
    sum: 'all-reduce of the gradients',
    said: (replicas: number, each: string) => `${replicas === 1 ? 'One replica holds the whole model and sees' : `${replicas} replicas hold the whole model, and each sees`} ${each} sequences of a batch.`,
  },
  zh: {
    batch: (sequences: number) => `一批：${sequences} 条序列`,
    model: '模型',
    sum: '梯度 all-reduce',
    said: (replicas: number, each: string) => `${replicas} 个副本各持有整个模型，每批各看 ${each} 条序列。`,
  },
};

/** Copies of the model, each below its part of the batch, with the sum of their gradients between them. */
@customElement('tinyai-replicas-diagram')
export class ReplicasDiagram extends Diagram {
  static override styles = [
    ...[Diagram.styles].flat(),
    css`
      .pulse {
        animation: to-and-fro 3.6s ease-in-out infinite alternate;
      }

      @keyframes to-and-fro {
        from {
          transform: translateX(0);
        }

        to {
          transform: translateX(var(--way));
        }
      }
    `,
  ];

  protected draw(): Drawn {
    const text = this.of(TEXT);
    const { mesh, training } = this.config;
    const shown = atMost(mesh.data, 4);
    const pitch = WIDTH / shown;
    const width = Math.min(120, pitch - 14);
    const middle = (i: number): number => pitch * (i + 0.5);
    const replicas = Array.from({ length: shown }, (_, i) => {
      const x = middle(i) - width / 2;
      return svg`
        <rect class="forward" x=${x} y="26" width=${width} height="22" />
        <path class="wire" d="M ${middle(i)} 50 V 66" />
        <rect class="box" x=${x} y="68" width=${width} height="62" rx="3" />
        <text x=${middle(i)} y="104">${text.model}</text>
        <path class="wire" d="M ${middle(i)} 132 V 158" />
        <circle class="transfer" cx=${middle(i)} cy="158" r="4" />`;
    });
    const each = this.format.short(training.batch_size / mesh.data);
    return {
      height: 196,
      parts: svg`
        <text x=${WIDTH / 2} y="16">${text.batch(training.batch_size)}</text>
        ${shown > 1 ? svg`<path d="M ${middle(0)} 158 H ${middle(shown - 1)}" stroke="var(--transfer)" stroke-width="2" />` : ''}
        ${replicas}
        ${shown > 1
          ? svg`<circle class="transfer pulse" cx=${middle(0)} cy="158" r="6.5" ${styled({ '--way': `${middle(shown - 1) - middle(0)}px` })} /><text x=${WIDTH / 2} y="186">${text.sum}</text>`
          : ''}`,
      said: text.said(mesh.data, each),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-replicas-diagram': ReplicasDiagram;
  }
}

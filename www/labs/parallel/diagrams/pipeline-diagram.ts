import { css, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styled } from '../../../kit/styled';
import { Diagram, WIDTH, atMost, type Drawn } from './diagram';

const TEXT = {
  en: {
    stage: (index: number) => `stage ${index}`,
    forward: 'forward →',
    backward: '← backward',
    said: (stages: number, parts: number) => `The batch goes through ${stages} stages ${parts === 1 ? 'in one piece' : `in ${parts} micro-batches`}, and its gradient comes back the same way.`,
  },
  zh: {
    stage: (index: number) => `阶段 ${index}`,
    forward: '前向 →',
    backward: '← 反向',
    said: (stages: number, parts: number) => `一批数据${parts === 1 ? '整批' : `切成 ${parts} 个微批次`}经过 ${stages} 个阶段，梯度原路返回。`,
  },
};

/** Seconds that a micro-batch takes from end to end and back, and between two of them. */
const TOUR = 9;
const APART = 0.9;

/** Stages in a row; micro-batches walk through them, and their gradients back. */
@customElement('tinyai-pipeline-diagram')
export class PipelineDiagram extends Diagram {
  static override styles = [
    ...[Diagram.styles].flat(),
    css`
      .there,
      .back {
        animation: walk ${TOUR}s linear infinite backwards;
      }

      .back {
        animation-name: return;
      }

      @keyframes walk {
        0% {
          opacity: 1;
          transform: translateX(0);
        }

        45% {
          opacity: 1;
          transform: translateX(${WIDTH - 40}px);
        }

        46%,
        100% {
          opacity: 0;
          transform: translateX(${WIDTH - 40}px);
        }
      }

      @keyframes return {
        0%,
        54% {
          opacity: 0;
          transform: translateX(${WIDTH - 40}px);
        }

        55% {
          opacity: 1;
          transform: translateX(${WIDTH - 40}px);
        }

        100% {
          opacity: 1;
          transform: translateX(0);
        }
      }
    `,
  ];

  protected draw(): Drawn {
    const text = this.of(TEXT);
    const { mesh, training } = this.config;
    const stages = atMost(mesh.pipeline, 4);
    const parts = atMost(training.micro_batches, 4);
    const pitch = (WIDTH - 20) / stages;
    const boxes = Array.from({ length: stages }, (_, i) => {
      const x = 10 + pitch * i + 4;
      return svg`<rect class="box" x=${x} y="36" width=${pitch - 8} height="92" rx="3" /><text x=${x + pitch / 2 - 4} y="26">${text.stage(i)}</text>`;
    });
    // A batch in one piece is as wide as its parts together.
    const size = parts === 1 ? 30 : 15;
    const walkers = Array.from({ length: parts }, (_, i) => {
      const delay = styled({ 'animation-delay': `${i * APART}s` });
      const resting = 12 + i * (size + 5);
      return svg`
        <rect class="forward there" x=${resting} y=${66 - size / 2} width=${size} height=${size} ${delay} />
        <rect class="backward back" x=${resting} y=${102 - size / 2} width=${size} height=${size} ${delay} />`;
    });
    return {
      height: 156,
      parts: svg`${boxes}${walkers}<text x=${WIDTH / 4} y="150">${text.forward}</text><text x=${(3 * WIDTH) / 4} y="150">${text.backward}</text>`,
      said: text.said(mesh.pipeline, training.micro_batches),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-pipeline-diagram': PipelineDiagram;
  }
}

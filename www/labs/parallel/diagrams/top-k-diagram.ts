import { svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Diagram, WIDTH, type Drawn } from './diagram';

/** Elements of the drawn gradient, from -1 to 1. */
const GRADIENT = [0.12, -0.3, 0.05, 0.82, -0.1, 0.22, -0.06, 0.15, -0.95, 0.08, 0.18, -0.2, 0.1, 0.4, -0.14, 0.03, 0.25, -0.08, 0.66, -0.11];
const REACH = 62;
const AXIS = 84;

const TEXT = {
  en: {
    sent: 'sent',
    kept: 'kept for the next step',
    said: (percent: string) => `Of a gradient’s elements, each replica sends the largest ${percent}%; the rest is added to its next gradient.`,
  },
  zh: {
    sent: '发送',
    kept: '留到下一步',
    said: (percent: string) => `每个副本只发送梯度中最大的 ${percent}% 的元素，其余的加到下一步的梯度里。`,
  },
};

/** A gradient as bars: the largest are sent, the rest is kept. */
@customElement('tinyai-top-k-diagram')
export class TopKDiagram extends Diagram {
  protected draw(): Drawn {
    const text = this.of(TEXT);
    const percent = this.config.communication.top_k_percent;
    const count = Math.min(GRADIENT.length, Math.max(1, Math.round((GRADIENT.length * percent) / 100)));
    const least = [...GRADIENT].map(Math.abs).sort((a, b) => b - a)[count - 1]!;
    const pitch = WIDTH / GRADIENT.length;
    const bars = GRADIENT.map((value, i) => {
      const height = Math.abs(value) * REACH;
      const sent = Math.abs(value) >= least;
      return svg`<rect x=${i * pitch + 3} y=${value > 0 ? AXIS - height : AXIS} width=${pitch - 6} height=${height} fill=${sent ? 'var(--transfer)' : 'var(--ink-3)'} />`;
    });
    return {
      height: 190,
      parts: svg`
        ${bars}<path class="wire" d="M 0 ${AXIS} H ${WIDTH}" />
        <rect class="transfer" x="40" y="164" width="15" height="15" /><text class="start" x="62" y="177">${text.sent}</text>
        <rect x="150" y="164" width="15" height="15" fill="var(--ink-3)" /><text class="start" x="172" y="177">${text.kept}</text>`,
      said: text.said(this.format.plain(percent)),
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-top-k-diagram': TopKDiagram;
  }
}

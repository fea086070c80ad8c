import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';

/** More layers than these are drawn thinner. */
const ROOM = 216;
const [WIDTH, BOTTOM] = [150, 282];

const TEXT = {
  en: {
    embedding: 'embedding',
    output: 'output',
    layers: (count: number) => (count === 1 ? '1 layer' : `${count} layers`),
    label: (counts: string) => `Every token passes through all layers, one after the other: here ${counts}. Each layer takes its time, in every step.`,
    or: ' or ',
  },
  zh: {
    embedding: '嵌入',
    output: '输出',
    layers: (count: number) => `${count} 层`,
    label: (counts: string) => `每个词元都要依次穿过所有的层，这里是 ${counts}。每一步里，每一层都要花时间。`,
    or: '或 ',
  },
} as const;

/** Models of the runs' depths side by side, from embedding to output. */
@customElement('tinyai-layers-diagram')
export class LayersDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const depths = [...new Set(editor.spec.runs.map((_, run) => editor.config(run).model.n_layers))].slice(0, 3);
    const most = Math.max(...depths);
    const said = text.label(depths.map(text.layers).join(text.or));
    const thick = Math.min(44, ROOM / most);
    const gap = depths.length > 1 ? (400 - depths.length * Math.min(WIDTH, 380 / depths.length)) / (depths.length + 1) : (400 - WIDTH) / 2;
    const width = Math.min(WIDTH, 380 / depths.length - 8);
    return html`
      <svg viewBox="0 0 400 330" role="img" aria-label=${said}>
        ${depths.map((layers, i) => {
          const x = gap + i * (width + gap);
          const top = BOTTOM - layers * thick;
          const middle = x + width / 2;
          return svg`
            <path class="wire" d="M ${middle} ${BOTTOM + 20} V ${top - 38}" /><path class="tip" d="M 0 0 L -5 10 H 5 Z" transform="translate(${middle} ${top - 44})" />
            <rect class="frozen" x=${x} y=${BOTTOM + 4} width=${width} height="26" rx="3" /><text class="note" x=${middle} y=${BOTTOM + 23}>${text.embedding}</text>
            ${Array.from({ length: layers }, (_, layer) => svg`<rect class="learns" x=${x} y=${BOTTOM - (layer + 1) * thick + 2} width=${width} height=${Math.max(1, thick - 4)} rx="3" />`)}
            <rect class="frozen" x=${x} y=${top - 30} width=${width} height="26" rx="3" /><text class="note" x=${middle} y=${top - 11}>${text.output}</text>
            <text class="on-colour" x=${middle} y=${BOTTOM - thick / 2 + 6}>${thick >= 20 ? text.layers(layers) : ''}</text>`;
        })}
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-layers-diagram': LayersDiagram;
  }
}

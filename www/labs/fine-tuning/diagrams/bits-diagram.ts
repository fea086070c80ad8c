import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { PER_WEIGHT } from '../lessons/base';

const NAMES = { none: 'float32', int8: 'INT8', nf4: 'NF4' } as const;
/** Where the bars begin, and units of a byte. */
const [LEFT, BYTE] = [92, 72];

const TEXT = {
  en: {
    frozen: 'W, frozen',
    pair: 'B, A: float32',
    label: (nth: string) => `One frozen weight in each format, as long as its bytes, scales included. NF4 takes 1/${nth} of float32; the pairs (red) are float32 in every run.`,
  },
  zh: {
    frozen: 'W，冻结',
    pair: 'B、A：float32',
    label: (nth: string) => `一个冻结的权重，在各种格式中占多少字节就画多长，系数也算在内。NF4 是 float32 的 1/${nth}；每次运行中，B、A（红色）都是 float32。`,
  },
} as const;

/** How many bytes a weight takes in the formats of the runs. */
@customElement('tinyai-bits-diagram')
export class BitsDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const formats = [...new Set(editor.spec.runs.map((_, run) => editor.config(run).fine_tuning.quantization))];
    const said = text.label(this.format.short(PER_WEIGHT.none / PER_WEIGHT.nf4));
    const last = 40 + 46 * formats.length;
    return html`
      <svg viewBox="0 0 400 ${last + 44}" role="img" aria-label=${said}>
        <text class="start note" x=${LEFT} y="20">${text.frozen}</text>
        ${formats.map(
          (format, i) => svg`<text class="end" x=${LEFT - 10} y=${54 + 46 * i}>${NAMES[format]}</text>
            <rect class="frozen moves" x=${LEFT} y=${34 + 46 * i} width=${BYTE * PER_WEIGHT[format]} height="30" />`,
        )}
        <rect class="learns" x=${LEFT} y=${last} width=${BYTE * PER_WEIGHT.none} height="14" />
        <text class="start note" x=${LEFT} y=${last + 36}>${text.pair}</text>
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-bits-diagram': BitsDiagram;
  }
}

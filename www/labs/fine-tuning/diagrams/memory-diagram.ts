import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { styled } from '../../../kit/styled';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { memoryColour } from '../../../shell/figures/memory-slices';
import { PER_WEIGHT } from '../lessons/base';

/** Where the bars begin, and units of a byte. */
const [LEFT, BYTE] = [78, 19];
/** What a parameter takes that learns, in bytes: AdamW keeps two numbers. */
const LEARNS: readonly Part[] = [['parameters', 4], ['gradients', 4], ['optimizer', 8]];
const METHODS: readonly { name: Record<'en' | 'zh', string>; parts: readonly Part[] }[] = [
  { name: { en: 'full', zh: '全参数' }, parts: LEARNS },
  { name: { en: 'LoRA', zh: 'LoRA' }, parts: [['parameters', PER_WEIGHT.none]] },
  { name: { en: 'QLoRA', zh: 'QLoRA' }, parts: [['parameters', PER_WEIGHT.nf4]] },
];
type Part = readonly [category: string, bytes: number];

/** Where the tokens begin, and the room that they have; no sequence is drawn thinner than this. */
const [TOP, WIDTH, HEIGHT, THIN] = [166, 304, 80, 3];

const TEXT = {
  en: {
    perParameter: 'bytes of each parameter of the base',
    perToken: 'activations of each token of a step',
    label: (nth: string, batch: string, context: string, tokens: string) =>
      `A weight, its gradient and AdamW’s two numbers: of these LoRA keeps only the weight, QLoRA only 1/${nth} of it. Activations are kept for each of ${batch} × ${context} = ${tokens} tokens, whatever learns.`,
  },
  zh: {
    perParameter: '基座的每个参数占多少字节',
    perToken: '一步中每个词元的激活值',
    label: (nth: string, batch: string, context: string, tokens: string) => `每个参数有权重、梯度和 AdamW 的两个数：LoRA 只留下权重，QLoRA 只留下它的 1/${nth}。激活值则要为 ${batch} × ${context} = ${tokens} 个词元各留一份，不管训练的是什么。`,
  },
} as const;

/** The two ways in which memory is counted: by the parameters of the model, and by the tokens of a step. */
@customElement('tinyai-memory-diagram')
export class MemoryDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const { language } = this.words;
    const text = TEXT[language];
    const { training, data } = editor.config(editor.selected);
    const { count, short } = this.format;
    const batch = training.batch_size / training.micro_batches;
    const said = text.label(short(PER_WEIGHT.none / PER_WEIGHT.nf4), short(batch), count(data.context), count(batch * data.context));
    const rows = Math.min(Math.max(1, Math.round(batch)), HEIGHT / THIN);
    const tall = HEIGHT / Math.max(16, rows);
    return html`
      <svg viewBox="0 0 400 ${TOP + Math.max(HEIGHT / 2, tall * rows)}" role="img" aria-label=${said}>
        <text class="start note" x="4" y="18">${text.perParameter}</text>
        ${METHODS.map(({ name, parts }, i) => {
          const y = 30 + 34 * i;
          let at = LEFT;
          return svg`<text class="end" x=${LEFT - 10} y=${y + 18}>${name[language]}</text>
            ${parts.map(([category, bytes]) => {
              const x = at;
              at += BYTE * bytes;
              return svg`<rect x=${x} y=${y} width=${BYTE * bytes - 1} height="24" ${styled({ fill: memoryColour(category) })} />`;
            })}`;
        })}
        <text class="start note" x="4" y=${TOP - 12}>${text.perToken}</text>
        ${Array.from({ length: rows }, (_, row) => svg`<rect class="moves" x=${LEFT} y=${TOP + tall * row} width=${Math.min(WIDTH, (WIDTH * data.context) / 128)} height=${tall - 1.5} ${styled({ fill: memoryColour('activations') })} />`)}
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-memory-diagram': MemoryDiagram;
  }
}

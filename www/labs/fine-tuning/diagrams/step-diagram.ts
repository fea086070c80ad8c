import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { firstStep } from '../lessons/base';

/** Where W stands, and units of the longest step. */
const [ORIGIN, LONGEST] = [96, 252];
const [FULL_Y, LORA_Y] = [96, 216];

const TEXT = {
  en: {
    full: 'full fine-tuning',
    lora: 'LoRA',
    caption: (lr: string, share: string) => `After the first step at a learning rate of ${lr}: how far a number of W has moved. With LoRA, about ${share} as far.`,
  },
  zh: {
    full: '全参数微调',
    lora: 'LoRA',
    caption: (lr: string, share: string) => `学习率为 ${lr} 时，走完第一步，W 中的一个数移动了多远。LoRA 大约只有全参数微调的 ${share}。`,
  },
} as const;

/** How far one number of a weight moves in the first step: by itself, and through a pair that is multiplied. */
@customElement('tinyai-step-diagram')
export class StepDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const { fine_tuning, training } = editor.config(editor.selected);
    const share = firstStep(fine_tuning.lora);
    const unit = LONGEST / Math.max(1, share);
    const said = text.caption(this.format.plain(training.learning_rate), this.format.wholePercent(share));
    const row = (y: number, name: string, length: number, times: string) => svg`
      <text class="start" x="8" y=${y - 34}>${name}</text>
      <line class="wire" x1="8" x2="392" y1=${y} y2=${y} stroke-dasharray="2 6" />
      <rect class="frozen" x=${ORIGIN - 15} y=${y - 15} width="30" height="30" /><text class="sign" x=${ORIGIN} y=${y + 7}>w</text>
      <rect class="learns moves" x=${ORIGIN + 16} y=${y - 3.5} width=${Math.max(1, length - 14)} height="7" />
      <path class="learns" d="M 0 0 L -16 -10 V 10 Z" transform="translate(${ORIGIN + 16 + length} ${y})" />
      <text class="note" x=${ORIGIN + 16 + Math.max(60, length) / 2} y=${y + 34}>${times}</text>`;
    return html`
      <svg viewBox="0 0 400 280" role="img" aria-label=${said}>
        ${row(FULL_Y, text.full, unit, 'η')} ${row(LORA_Y, text.lora, unit * share, `${this.format.short(share)} η`)}
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-step-diagram': StepDiagram;
  }
}

import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';
import { stepWork } from '../lessons/base';

/** Where the steps begin, units of one of full fine-tuning, and how many of those are drawn. */
const [LEFT, STEP, STEPS] = [8, 96, 4];
const WIDTH = STEP * STEPS;
const [FULL_Y, LORA_Y, HEIGHT] = [44, 140, 34];

const TEXT = {
  en: {
    full: 'full fine-tuning',
    lora: 'LoRA',
    time: 'the same time',
    label: (share: string, steps: string) =>
      `A step’s multiplications: forward and back through the layers (grey), then the gradients of what learns (red). LoRA at this rank has ${share} of them, so that ${steps} steps fit where ${STEPS} do.`,
  },
  zh: {
    full: '全参数微调',
    lora: 'LoRA',
    time: '同样的时间',
    label: (share: string, steps: string) => `一步要做的乘法：前向，再反向穿过各层（灰），最后求要学习的数的梯度（红）。秩取现在的值，LoRA 的乘法是全参数微调的 ${share}，所以 ${STEPS} 步的时间里能走 ${steps} 步。`,
  },
} as const;

/** Steps of both methods along one stretch of time, by their multiplications alone. */
@customElement('tinyai-time-diagram')
export class TimeDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const share = stepWork(editor.config(editor.selected).fine_tuning.lora);
    const { wholePercent, short } = this.format;
    const said = text.label(wholePercent(share), short(Math.round((10 * STEPS) / share) / 10));
    return html`
      <svg viewBox="0 0 400 230" role="img" aria-label=${said}>
        ${row(FULL_Y, text.full, 1)} ${row(LORA_Y, text.lora, share)}
        <path class="wire" d="M ${LEFT} 192 V 208 M ${LEFT + WIDTH} 192 V 208 M ${LEFT} 200 H ${LEFT + WIDTH}" />
        <text class="note" x=${LEFT + WIDTH / 2} y="224">${text.time}</text>
      </svg>
      <p>${said}</p>
    `;
  }
}

/** Steps of one method, each `share` of one of full fine-tuning; the last is cut off where the time ends. */
function row(y: number, name: string, share: number) {
  const length = STEP * share;
  const frozen = (STEP * 2) / 3;
  const starts = Array.from({ length: Math.ceil(STEPS / share - 1e-9) }, (_, i) => i * length);
  const part = (kind: string, from: number, to: number) => svg`<rect class="${kind} moves" x=${LEFT + from} y=${y} width=${Math.max(0, Math.min(WIDTH, to) - Math.min(WIDTH, from))} height=${HEIGHT} />`;
  return svg`<text class="start" x=${LEFT} y=${y - 10}>${name}</text>
    ${starts.map((start) => svg`${part('frozen', start, start + frozen)}${part('learns', start + frozen, start + length - 2)}`)}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-time-diagram': TimeDiagram;
  }
}

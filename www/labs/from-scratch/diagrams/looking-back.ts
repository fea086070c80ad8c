import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';

/** Tokens that are drawn before the one to be foretold. */
const DRAWN = 11;
const [BOX, PITCH, LEFT] = [24, 27, 24];
const ROWS = [40, 128, 216] as const;

const TEXT = {
  en: {
    verse: 'Shall I compare thee',
    unigram: 'frequencies: looks at nothing',
    bigram: 'pairs: looks at one token',
    model: (context: string) => `the model: looks at up to ${context}`,
    label: (context: string) => `What each may look at to predict the next token: nothing, the one before it, or, for the model, up to ${context} tokens.`,
  },
  zh: {
    verse: '床前明月光，疑是地上霜',
    unigram: '频率：什么也不看',
    bigram: '词元对：看前一个',
    model: (context: string) => `模型：最多看前 ${context} 个`,
    label: (context: string) => `预测下一个词元时能看到什么：什么也不看；看前一个；而模型最多能看前 ${context} 个词元。`,
  },
} as const;

/** How far back each predictor looks: token frequencies, pairs, and a model of a context's length. */
@customElement('tinyai-looking-back')
export class LookingBack extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const { context } = editor.config(editor.selected).data;
    const said = text.label(this.format.plain(context));
    const tokens = [...text.verse].slice(0, DRAWN);
    const row = (y: number, name: string, seen: number) => svg`
      <text class="start" x=${LEFT} y=${y - 10}>${name}</text>
      ${tokens.map((token, i) => {
        const next = i === tokens.length - 1;
        const lit = !next && i >= tokens.length - 1 - seen;
        const x = LEFT + i * PITCH;
        return svg`<rect class="${lit ? 'learns' : 'frozen'} moves" x=${x} y=${y} width=${BOX} height=${BOX} rx="3" stroke-dasharray=${next ? '4 3' : 'none'} />
          <text x=${x + BOX / 2} y=${y + 18} class=${lit ? 'on-colour' : next ? '' : 'note'}>${next ? '?' : token}</text>`;
      })}
      ${seen > 0 ? svg`<path class="wire" d=${bracket(LEFT + (tokens.length - 1 - Math.min(seen, tokens.length - 1)) * PITCH + BOX / 2, LEFT + (tokens.length - 1) * PITCH + BOX / 2, y + BOX + 3)} /><path class="tip" d="M 0 0 L -5 9 H 5 Z" transform="translate(${LEFT + (tokens.length - 1) * PITCH + BOX / 2} ${y + BOX + 2})" />` : ''}`;
    return html`
      <svg viewBox="0 0 340 270" role="img" aria-label=${said}>${row(ROWS[0], text.unigram, 0)} ${row(ROWS[1], text.bigram, 1)} ${row(ROWS[2], text.model(this.format.plain(context)), context)}</svg>
      <p>${said}</p>
    `;
  }
}

/** From what is looked at, under the tokens, to what is to be foretold. */
const bracket = (from: number, to: number, y: number): string => `M ${from} ${y} V ${y + 14} H ${to} V ${y + 8}`;

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-looking-back': LookingBack;
  }
}

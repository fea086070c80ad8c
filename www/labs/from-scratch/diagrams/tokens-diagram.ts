import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { shared } from '../../../kit/base.css';
import { LabElement } from '../../../shell/elements/lab-element';
import { diagram } from '../../../shell/lesson/diagram.css';

const VERSE = '春眠不觉晓';
const [LEFT, CELL, TOP, HEIGHT] = [20, 72, 66, 40];

const TEXT = {
  en: {
    characters: 'characters: 5 tokens',
    bytes: 'bytes: 15 tokens',
    label: (context: string, tokens: number) =>
      `A line of five Chinese characters is five tokens or fifteen. A context of ${context} bytes reaches back about ${tokens} characters.`,
  },
  zh: {
    characters: '按字符：5 个词元',
    bytes: '按字节：15 个词元',
    label: (context: string, tokens: number) => `一句五言，按字符切是五个词元，按字节切是十五个。上下文为 ${context} 个字节时，只能回看约 ${tokens} 个字。`,
  },
} as const;

/** A verse in tokens of either kind. */
@customElement('tinyai-tokens-diagram')
export class TokensDiagram extends LabElement {
  static override styles = [shared, diagram];

  override render() {
    const { editor } = this.store;
    const text = TEXT[this.words.language];
    const { context } = editor.config(editor.selected).data;
    const said = text.label(this.format.plain(context), Math.floor(context / 3));
    const third = CELL / 3;
    return html`
      <svg viewBox="0 0 400 290" role="img" aria-label=${said}>
        <text class="start" x=${LEFT} y=${TOP - 14}>${text.characters}</text>
        <text class="start" x=${LEFT} y="252">${text.bytes}</text>
        ${[...VERSE].map((character, i) => {
          const x = LEFT + i * CELL;
          const bytes = [...new TextEncoder().encode(character)];
          return svg`
            <rect class="learns" x=${x + 1} y=${TOP} width=${CELL - 4} height=${HEIGHT} rx="3" /><text class="on-colour" style="font-size: 22px" x=${x + CELL / 2 - 1} y=${TOP + 28}>${character}</text>
            ${bytes.map((byte, k) => {
              const left = x + k * third;
              return svg`<line class="wire" x1=${x + CELL / 2 - 1} y1=${TOP + HEIGHT + 3} x2=${left + third / 2 - 1} y2="177" />
                <rect class="frozen" x=${left + 1} y="180" width=${third - 3} height=${HEIGHT} rx="3" /><text x=${left + third / 2} y="206">${byte.toString(16).toUpperCase()}</text>`;
            })}`;
        })}
      </svg>
      <p>${said}</p>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tinyai-tokens-diagram': TokensDiagram;
  }
}

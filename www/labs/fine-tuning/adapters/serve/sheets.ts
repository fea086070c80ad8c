import { html, nothing, type TemplateResult } from 'lit';
import { isChinese } from '../../../../shell/figures/verse-samples/verse-samples';
import type { Served } from './serving';

/** Something written, as a page of verse: Chinese in columns, from right to left. */
export function sheet(prompt: string, text: string, vertical: boolean, label: string): TemplateResult {
  return html`<div class=${vertical ? 'columns' : ''}><div class="sheet" tabindex="0" role="group" aria-label=${label} ?data-vertical=${vertical} lang=${vertical ? 'zh' : 'en'}>
      <p class="text"><span class="prompt">${prompt}</span>${text}</p>
    </div></div>`;
}

/** A sheet that nothing is written on yet. */
export const blank = (why: string): TemplateResult => html`<div class="sheet blank"><p>${why || nothing}</p></div>`;

/** All that is written has one direction. */
export const isVertical = ({ prompt, written }: Served): boolean => isChinese(`${prompt}${written?.texts.join('') ?? ''}`);

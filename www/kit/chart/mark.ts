/** How a curve is told apart beside its chart: by a piece of its line. */
import { html, type TemplateResult } from 'lit';
import { styled } from '../styled';

/** A short piece of a line. */
export const lineMark = (colour: string, dash: readonly number[] = []): TemplateResult => html`
  <svg width="22" height="8" viewBox="0 0 22 8" aria-hidden="true">
    <line x1="1" y1="4" x2="21" y2="4" stroke-width="3" ${styled({ stroke: colour })} stroke-dasharray=${dash.join(' ')} />
  </svg>
`;

/** A name behind its mark, in its colour. */
export const markedName = (name: string, colour: string, dash: readonly number[] = []): TemplateResult => html`
  <span class="run-name" ${styled({ color: colour })}>${lineMark(colour, dash)}<span>${name}</span></span>
`;

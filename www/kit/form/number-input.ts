import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { NumberEntry } from './number-entry';

interface Looks {
  wrong: boolean;
  /** Where no label element stands beside it. */
  label?: string;
  /** Ids of what describes it. */
  described?: string;
}

/** The input that an entry is typed into; its events stay in the component around it. */
export function numberInput(entry: NumberEntry, { wrong, label, described }: Looks): TemplateResult {
  const sign = ({ key }: KeyboardEvent): 1 | -1 | 0 => (key === 'ArrowUp' ? 1 : key === 'ArrowDown' ? -1 : 0);
  const typed = (event: Event): void => {
    event.stopPropagation();
    entry.type((event.target as HTMLInputElement).value);
  };
  const left = (event: Event): void => {
    event.stopPropagation();
    entry.leave();
  };
  const down = (event: KeyboardEvent): void => {
    const by = sign(event);
    if (by && entry.arrow(by)) event.preventDefault();
  };
  const up = (event: KeyboardEvent): void => {
    if (sign(event)) entry.release();
  };
  return html`<input
    id="control"
    type="text"
    inputmode="decimal"
    autocomplete="off"
    spellcheck="false"
    aria-label=${label ?? nothing}
    aria-describedby=${described ?? nothing}
    aria-invalid=${wrong}
    .value=${live(entry.shown)}
    @input=${typed}
    @change=${left}
    @blur=${left}
    @keydown=${down}
    @keyup=${up}
  />`;
}

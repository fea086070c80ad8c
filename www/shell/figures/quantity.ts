/** Numbers that say what they are of: no two places of a page may give different values for one quantity, and tests compare them. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Metric } from '../../types/generated/Metric';
import { shownUnit, spreadText, valueWithUnit } from '../text/values';
import type { Words } from '../text/words';

/**
 * A number of a run, with its identity: `<data value="81.23" data-quantity="mesh/step_time">81.2 ms</data>`.
 *
 * `name` is that of the engine's metric (`step_time`, `peak_memory`, `memory.gradients`, …; predicted and modelled ones have names of their
 * own), `value` is in the metric's own unit, and `text` is the same number as a person reads it, in any unit that the text names.
 */
export const quantity = (run: string, name: string, value: number, text: string): TemplateResult =>
  html`<data value=${value} data-quantity="${run}/${name}">${text}</data>`;

/**
 * A metric of a run with its unit and, small behind it, the quartiles of what was measured several times. Whoever shows it has
 * {@link quantityStyles}.
 */
export function measured(words: Words, run: string, name: string, { value, unit, spread }: Metric): TemplateResult {
  const shown = shownUnit(name, unit);
  return html`${quantity(run, name, value, valueWithUnit(words, value, shown))}${spread ? quartiles(words, spread, shown) : nothing}`;
}

function quartiles(words: Words, spread: [number, number], unit: string): TemplateResult | typeof nothing {
  const text = spreadText(words, spread, unit);
  return text === '' ? nothing : html` <small class="spread" title=${words.messages.results.spread}>${text}</small>`;
}

/** A text with a number in it that says what it is of. */
export function around(text: (number: string) => string, number: TemplateResult): TemplateResult {
  const place = '\u{fffc}';
  const [before, after] = text(place).split(place);
  return html`${before}${number}${after}`;
}

export const quantityStyles = css`
  data {
    white-space: nowrap;
  }

  .spread {
    color: var(--ink-2);
    font-size: 0.84em;
    font-weight: 400;
    white-space: nowrap;
  }
`;

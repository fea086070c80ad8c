/** Numbers that say what they are of: no two places of a page may give different values for one quantity, and tests compare them. */
import { html, type TemplateResult } from 'lit';

/**
 * A number of a run, with its identity: `<data value="81.23" data-quantity="mesh/step_time">81.2 ms</data>`.
 *
 * `name` is that of the engine's metric (`step_time`, `peak_memory`, `memory.gradients`, …; predicted and modelled ones have names of their
 * own), `value` is in the metric's own unit, and `text` is the same number as a person reads it, in any unit that the text names.
 */
export const quantity = (run: string, name: string, value: number, text: string): TemplateResult =>
  html`<data value=${value} data-quantity="${run}/${name}">${text}</data>`;

/** A text with a marked-up number in it. */
import { html, type TemplateResult } from 'lit';

const PLACE = '\u{fffc}';

/** `text`, with `number` in the place of what it is given. */
export function around(text: (number: string) => string, number: TemplateResult): TemplateResult {
  const [before, after] = text(PLACE).split(PLACE);
  return html`${before}${number}${after}`;
}

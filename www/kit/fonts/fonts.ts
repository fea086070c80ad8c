/** The Chinese serif that the site ships with, for headings: many machines have none, or one that is hard to read. */
import { SERIF_FILES } from './files';

const FAMILY = 'TinyAI Serif';

/**
 * Gives a document the serif of the site whose root is `site`, once. A file is fetched when a character that it has is to be drawn in this
 * family, and until then the next family of the list is drawn. It is for weight 600 and has no spaces or Latin letters: lines stay as they
 * were when it comes. Components cannot bring it themselves, since rules for fonts mean nothing in a shadow root.
 */
export function adoptFonts({ fonts }: Document, site: URL): void {
  // A document that no window shows has none.
  if (!fonts || [...fonts].some(({ family }) => family.replace(/["']/g, '') === FAMILY)) return;
  for (const { file, characters } of SERIF_FILES) {
    const source = `url(${JSON.stringify(new URL(`fonts/${file}`, site).href)}) format("woff2")`;
    const unicodeRange = [...characters].map((character) => `U+${character.codePointAt(0)!.toString(16)}`).join(',');
    fonts.add(new FontFace(FAMILY, source, { weight: '600', display: 'swap', unicodeRange, ascentOverride: '88%', descentOverride: '12%', lineGapOverride: '0%' }));
  }
}

/** Digits in groups of three, as this site prints them. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number that a person means, or null: `1,000` is a thousand and `0,5` a half; digits may be full-width, as Chinese input methods
 * write them.
 */
export function readNumber(typed: string): number | null {
  const text = typed.normalize('NFKC').replace(/\s/g, '').replace('−', '-');
  const plain = GROUPED.test(text) ? text.replaceAll(',', '') : text.replace(',', '.');
  return NUMBER.test(plain) ? Number(plain) : null;
}

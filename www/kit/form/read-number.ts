/** Numbers as people type them, and as the fields write them. */

import type { KitText } from '../text/text';

/** What somebody typed, as a number; or why it is none. */
export type NumberReading = { value: number } | RefusedReading;

export type RefusedReading =
  /** Nothing is there yet, or what is there may go on to become a number: `-`, `1e`. */
  | { refused: 'empty' | 'unfinished' }
  | { refused: 'not_a_number' | 'not_whole' | 'not_exact' }
  | { refused: 'outside'; minimum: number; maximum: number }
  /** Both are written so somewhere: `1.500` is 1.5 or 1500. */
  | { refused: 'two_readings'; readings: [number, number] };

/** Digits in groups of three, all set off by the same mark: `1,000`, `1 000`, `1'000`, `1_000`, `1.000.000`. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(?:([,.' _])\d{3})(?:\1\d{3})*(?!\1)(?:[.,]\d*)?$/;
const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i;
const UNFINISHED = /^[+-]?[.,]?$|^[+-]?(\d+[.,]?\d*|[.,]\d+)e[+-]?$/i;

/**
 * Reads a number as it is meant: `1,000` is a thousand and `0,5` a half; digits may be full-width, as Chinese input methods write them.
 * What could be meant in two ways is refused, and so is what a whole number cannot hold: no part of what was typed is left out.
 */
export function readNumber(typed: string, { whole = false } = {}): NumberReading {
  const text = typed.normalize('NFKC').trim().replace(/[\u2212\u2013]/, '-').replace(/[\u2019\u00b4`]/g, "'").replace(/、|，/g, ',').replace(/。/g, '.');
  if (text === '') return { refused: 'empty' };
  const grouped = GROUPED.exec(text);
  if (grouped) return readGrouped(text, grouped[1]!, whole);
  if (UNFINISHED.test(text)) return { refused: 'unfinished' };
  if (!NUMBER.test(text)) return { refused: 'not_a_number' };
  // `20,00` may be a slip for 2,000 as well as a decimal: among whole numbers only a point begins a fraction, if one of zeros.
  if (whole && text.includes(',')) return { refused: 'not_whole' };
  return checked(Number(text.replace(',', '.')), whole);
}

function readGrouped(text: string, mark: string, whole: boolean): NumberReading {
  const value = Number(text.replaceAll(mark, '').replace(',', '.'));
  const groups = text.split(mark).length - 1;
  if (mark !== '.' || groups > 1) return checked(value, whole);
  // A point before three digits begins a fraction here, and sets thousands off elsewhere: who types whole numbers may mean these.
  return whole ? { refused: 'two_readings', readings: [Number(text), value] } : checked(Number(text), whole);
}

function checked(value: number, whole: boolean): NumberReading {
  if (!Number.isFinite(value)) return { refused: 'not_a_number' };
  if (!whole) return { value };
  if (!Number.isInteger(value)) return { refused: 'not_whole' };
  return Number.isSafeInteger(value) ? { value } : { refused: 'not_exact' };
}

/** Why what was typed is no number, in words. */
export function refusalText(typed: string, reading: RefusedReading, { form }: KitText): string {
  switch (reading.refused) {
    case 'empty':
      return form.empty;
    case 'not_whole':
      return form.notWhole(typed);
    case 'not_exact':
      return form.notExact(typed);
    case 'outside':
      return form.outside(typed, writeNumber(reading.minimum), writeNumber(reading.maximum));
    case 'two_readings': {
      const [one, other] = reading.readings.map(writeNumber);
      return form.twoReadings(typed, one!, other!);
    }
    default:
      return form.notANumber(typed);
  }
}

/** A number as short as it is exact, as {@link readNumber} reads it. */
export function writeNumber(value: number): string {
  const magnitude = Math.abs(value);
  return magnitude !== 0 && magnitude < 1e-5 ? value.toExponential() : String(value);
}

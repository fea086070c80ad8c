/** Numbers, sizes and times as a person reads them. */
import { writeNumber } from '../kit/form/read-number';
import { messages } from './locale';

/** What rounds to nothing has no sign. */
const format = (value: number, options: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(messages().languageTag, { signDisplay: 'negative', ...options }).format(value);

/** Whole numbers with separators. */
export const count = (value: number): string => format(value, { maximumFractionDigits: 0 });

/** A loss: three decimals. */
export const loss = (value: number): string => format(value, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/** Three significant digits, without exponents. */
export const short = (value: number): string =>
  Math.abs(value) >= 1000 ? count(value) : format(value, { maximumSignificantDigits: 3 });

/** Always three significant digits, so that a column of them lines up; whole from a thousand on. */
export const three = (value: number): string =>
  Math.abs(value) >= 1000 ? count(value) : format(value, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** A share of one, as a whole percentage. */
export const wholePercent = (share: number): string => format(share, { style: 'percent', maximumFractionDigits: 0 });

/** A share of one, as a percentage. */
export const percent = (share: number): string =>
  format(share, { style: 'percent', maximumFractionDigits: share < 0.1 ? 2 : 0 });

/** Bytes in MiB, the number alone. */
export const mebibytes = (bytes: number): string => format(bytes / 2 ** 20, { maximumFractionDigits: bytes < 10 * 2 ** 20 ? 1 : 0 });

/** A size with its unit. */
export const size = (bytes: number): string => {
  if (bytes < 1024) return `${count(bytes)} B`;
  return bytes < 2 ** 20 ? `${count(bytes / 1024)} KiB` : `${mebibytes(bytes)} MiB`;
};

/** A duration; `1 min 20 s` from a minute on. */
export function duration(seconds: number): string {
  const { units } = messages();
  if (seconds < 9.95) return `${format(seconds, { maximumFractionDigits: 1 })} ${units.s}`;
  if (seconds < 60) return `${count(seconds)} ${units.s}`;
  return `${count(Math.floor(seconds / 60))} ${units.min} ${count(Math.floor(seconds % 60))} ${units.s}`;
}

/** Any number as it stands in a spec: as short as exact. */
export const plain = writeNumber;

/** How many times another, to two decimals. */
export const times = (value: number): string => format(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** How many times the baseline. */
export const ratio = (value: number): string => `×${format(value, { maximumSignificantDigits: 3 })}`;

/** A relative difference, as a percentage however small it is. */
export const relative = (share: number): string =>
  share < 1e-4 ? `${(share * 100).toExponential(1).replace(/e-(\d+)/, (_, power: string) => ` × 10${superscript(`−${power}`)}`)} %` : percent(share);

const superscript = (digits: string): string => digits.replace(/[−\d]/g, (digit) => (digit === '−' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!));

/** An axis of a picture whose values lie anywhere: how far it reaches, where its values are, and what is written along it. */
import { extent } from '../../extent';

export interface Axis {
  /** Ends, as {@link place} measures: of a logarithmic axis, powers of ten. */
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** Room beyond the outermost values, as a share of their distance. */
const MARGIN = 0.08;
/** What a single value has on either side: a tenth of itself, or of a decade. */
const ALONE = 0.1;

/** An axis that has all of some values, those that are not finite left out; it is logarithmic only where all are above zero. */
export function axisOf(values: Iterable<number>, log: boolean, margin = MARGIN): Axis {
  const found = extent([...values].filter(Number.isFinite));
  if (!found) return { low: 0, high: 1, log: false };
  const logarithmic = log && found[0] > 0;
  const [least, greatest] = logarithmic ? found.map(Math.log10) as [number, number] : found;
  const span = greatest - least;
  const room = span > 0 ? span * margin : logarithmic ? ALONE : Math.abs(least) * ALONE || 1;
  return { low: least - room, high: greatest + room, log: logarithmic };
}

/** Where a value lies between the ends of its axis. */
export const place = ({ log }: Axis, value: number): number => (log ? Math.log10(value) : value);
/** The value at a place. */
export const valueOf = ({ log }: Axis, at: number): number => (log ? 10 ** at : at);

/** Decimals by which values that stand along an even axis are told apart. */
export function decimals([first = 0, second = first + 1]: readonly number[]): number {
  let digits = 0;
  const distance = Math.abs(second - first);
  while (digits < 9 && Math.abs(distance * 10 ** digits - Math.round(distance * 10 ** digits)) > 1e-6 * 10 ** digits * distance) digits++;
  return digits;
}

/** Values to be written along an axis, as round as they can be: not more than `most`, and of a narrow axis at least two. */
export function ticks(axis: Axis, most: number): number[] {
  return axis.log ? logTicks(axis, most) : evenTicks(axis.low, axis.high, most);
}

function evenTicks(low: number, high: number, most: number): number[] {
  const span = high - low;
  let distance = 10 ** Math.floor(Math.log10(span / Math.max(2, most)));
  for (const factor of [2, 2.5, 2, 2, 2.5, 2]) {
    if (span / distance <= most) break;
    distance *= factor;
  }
  const first = Math.ceil(low / distance - 1e-9);
  const many = Math.floor(high / distance + 1e-9) - first + 1;
  // By whole numbers of distances: sums would drift.
  return Array.from({ length: Math.max(0, many) }, (_, i) => Number(((first + i) * distance).toPrecision(12)));
}

/** Mantissas within a decade, from the most to the fewest. */
const MANTISSAS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

function logTicks({ low, high }: Axis, most: number): number[] {
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  const written = (mantissas: readonly number[], every = 1): number[] =>
    decades
      .filter((_, i) => i % every === 0)
      .flatMap((decade) => mantissas.map((mantissa) => Number((mantissa * 10 ** decade).toPrecision(12))))
      .filter((value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9);
  for (const mantissas of MANTISSAS) {
    const found = written(mantissas);
    if (found.length <= most && found.length >= 2) return found;
  }
  // Wider than that has every second power of ten, or third; narrower than a step between mantissas, even distances.
  for (let every = 2; every < decades.length; every++) if (written([1], every).length <= most && written([1], every).length >= 2) return written([1], every);
  return evenTicks(10 ** low, 10 ** high, most);
}

/** What a chart of lines is given, and how values are found in it. */

/** Numbers in a row that grows at its end and is otherwise left as it is. What is not finite is a gap. */
export type Column = ArrayLike<number>;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Columns of one look. */
export interface ChartSeries {
  /** What it measures, where a curve has several: "training". */
  readonly name: string;
  /**
   * `line`: a line. `points`: a line through rings at what was measured. `raw`: a faint thin line, for the noise behind a smoothed one.
   * `band`: the area from `y` to `to`. Raw series and bands are drawn and saved, and neither read out nor walked along.
   */
  readonly style: 'line' | 'points' | 'raw' | 'band';
  /** Rising. */
  readonly x: Column;
  readonly y: Column;
  /** The other edge of a band. */
  readonly to?: Column;
  /** Points at its beginning that only lead to it: a line begins with them, but nobody measured them. */
  readonly lead?: number;
  /** Of the line, in CSS pixels. */
  readonly width?: number;
  /** Opacity, from 0 to 1. */
  readonly alpha?: number;
  /**
   * What is told of it at a place, or with null at its end, where that is another statistic than the height that is drawn; null: nothing.
   */
  readonly told?: (x: number | null) => number | null;
  /** Told in the readout while no place is pointed at, instead of the value at its end. */
  readonly rest?: string;
  /** Which quantity what is told at its end is, as `data-quantity` of the number in the readout. */
  readonly quantity?: string;
  /** What the key calls lines that look so; without it the key leaves them out. */
  readonly key?: string;
}

/** One thing that is compared with others, such as a run. */
export interface ChartCurve {
  readonly name: string;
  /** Its name at the end of its line; null: none. */
  readonly end?: string | null;
  /** A CSS colour; custom properties are resolved where the chart stands. */
  readonly colour: string;
  /** In CSS pixels; none: solid. */
  readonly dash?: readonly number[];
  /** The first that is read out is the one that keys walk along; the last that has points has the name at its end. */
  readonly series: readonly ChartSeries[];
  /** Where it leaves another curve, marked by a diamond. */
  readonly branch?: Point | null;
}

/** A height to compare with, drawn across the chart. */
export interface ReferenceLine {
  readonly name: string;
  readonly y: number;
  /** In CSS pixels. */
  readonly dash?: readonly number[];
  /** Whether its name stands in the key rather than on it: several that lie close would cover each other's. */
  readonly keyed?: boolean;
}

/** A place on a curve, by the curve's index. */
export interface ChosenPoint {
  readonly curve: number;
  readonly x: number;
}

/** Those of which values are told. */
export const readOut = ({ series }: ChartCurve): readonly ChartSeries[] => series.filter(({ style }) => style === 'line' || style === 'points');

/** How many numbers of a rising column are not beyond one. */
export function countUpTo(rising: Column, x: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of what is nearest to a number in a rising column, from an index on; -1: there is none. */
export function closest(rising: Column, x: number, from = 0): number {
  const after = countUpTo(rising, x);
  if (rising.length <= from) return -1;
  if (after <= from) return from;
  return after < rising.length && rising[after]! - x < x - rising[after - 1]! ? after : after - 1;
}

/** Index of the last value that was measured, as far as an x; -1: there is none. */
export function lastIndex({ x, y, lead = 0 }: ChartSeries, until = Infinity): number {
  for (let i = countUpTo(x, until) - 1; i >= lead; i--) if (Number.isFinite(y[i])) return i;
  return -1;
}

/** Index of the lowest value that was measured; -1: there is none. */
export function lowestIndex({ y, lead = 0 }: ChartSeries): number {
  let found = -1;
  for (let i = lead; i < y.length; i++) if (Number.isFinite(y[i]) && (found < 0 || y[i]! < y[found]!)) found = i;
  return found;
}

/** The last x that a curve was measured at; null: nowhere yet. */
export function endOf(curve: ChartCurve): number | null {
  const ends = readOut(curve).flatMap((series) => (series.x.length > (series.lead ?? 0) ? [series.x[series.x.length - 1]!] : []));
  return ends.length > 0 ? Math.max(...ends) : null;
}

/** What is told of a series as far as an x; null: of all. Null before its first value, and beyond the end of its curve. */
export function valueAt(series: ChartSeries, x: number | null, end: number | null): number | null {
  if (x !== null && (end === null || x > end)) return null;
  const at = lastIndex(series, x ?? Infinity);
  if (at < 0) return null;
  const value = series.told ? series.told(x) : series.y[at]!;
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Least and greatest of all that is drawn; null: nothing is. */
export function heights(curves: readonly ChartCurve[], more: Iterable<number> = []): [low: number, high: number] | null {
  let [low, high] = [Infinity, -Infinity];
  const take = (value: number): void => {
    if (!Number.isFinite(value)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (const { series } of curves) {
    for (const { y, to } of series) {
      for (let i = 0; i < y.length; i++) take(y[i]!);
      for (let i = 0; i < (to?.length ?? 0); i++) take(to![i]!);
    }
  }
  for (const value of more) take(value);
  return low <= high ? [low, high] : null;
}

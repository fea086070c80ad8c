/** What a chart shows, in words and as rows of a table. */
import type { ChartText } from '../text/text';
import { closest, endOf, lastIndex, lowestIndex, readOut, valueAt, type ChartCurve, type ChartSeries } from './curves';
import { path } from './walk';

export interface Saying {
  text: ChartText;
  /** A place of the axis, such as "step 12". */
  sayX(x: number): string;
  formatY(y: number): string;
}

const called = (series: ChartSeries, value: string): string => (series.name === '' ? value : `${series.name} ${value}`);

/** What each series of a curve has at an x; null: at its end. */
export function readout(curve: ChartCurve, x: number | null): (number | null)[] {
  const end = endOf(curve);
  return readOut(curve).map((series) => valueAt(series, x, end));
}

/** What was measured at exactly a point of a curve. */
export function pointText(curve: ChartCurve, x: number, { sayX, formatY }: Saying): string {
  const measured = readOut(curve).flatMap((series, i) => {
    const value = measuredAt(series, x);
    return value === null && i > 0 ? [] : [called(series, value === null ? '–' : formatY(value))];
  });
  return [sayX(x), ...measured].join(' · ');
}

/** Of each curve, how it ends, began, and how low it came; and which of several came lowest. */
export function summary(curves: readonly ChartCurve[], saying: Saying): string {
  const { text, sayX, formatY } = saying;
  let lowest: { curve: ChartCurve; series: ChartSeries; at: number } | null = null;
  const told = curves.flatMap((curve) => {
    const series = readOut(curve);
    const measured = series.filter((one) => lastIndex(one) >= 0);
    const main = measured.at(-1);
    if (!main) return [text.nothingYet(curve.name)];
    const first = measured[0]!;
    const begin = first.lead ?? 0;
    const at = lowestIndex(main);
    const ends = readout(curve, null);
    const beginning = measuredAt(first, first.x[begin]!);
    if (lowest === null || main.y[at]! < lowest.series.y[lowest.at]!) lowest = { curve, series: main, at };
    return [
      text.ended(curve.name, series.map((one, i) => called(one, ends[i] == null ? '–' : formatY(ends[i]))), sayX(endOf(curve)!)),
      text.began(called(first, beginning === null ? '–' : formatY(beginning)), sayX(first.x[begin]!)),
      text.lowest(called(main, formatY(main.y[at]!)), sayX(main.x[at]!)),
    ];
  });
  const best = lowest as { curve: ChartCurve; series: ChartSeries; at: number } | null;
  if (best && curves.length > 1) told.push(text.lowestOfAll(best.curve.name, called(best.series, formatY(best.series.y[best.at]!)), sayX(best.series.x[best.at]!)));
  return told.join(text.between);
}

/** Rows of a table of values, at most. */
const MOST_ROWS = 30;

/**
 * Places for the rows of a table: evenly chosen from those of the curve that has most, and the very last of all. Where something that is
 * seldom measured was measured nearby, that place stands for its neighbours.
 */
export function rows(curves: readonly ChartCurve[]): number[] {
  const paths = curves.flatMap((curve) => path(curve) ?? []);
  const longest = paths.reduce<(typeof paths)[number] | null>((best, one) => (best && best.x.length - best.lead >= one.x.length - one.lead ? best : one), null);
  if (!longest) return [];
  const { x, lead } = longest;
  const many = x.length - lead;
  const shown = Math.min(many, MOST_ROWS);
  const even = Array.from({ length: shown }, (_, i) => x[lead + (shown === 1 ? 0 : Math.round((i * (many - 1)) / (shown - 1)))]!);
  const reach = shown > 1 ? (even.at(-1)! - even[0]!) / (shown - 1) / 2 : 0;
  const seldom = curves.flatMap((curve) => readOut(curve).filter(({ style }) => style === 'points'));
  const near = even.map((at) => {
    const measured = seldom.map((series) => series.x[closest(series.x, at, series.lead)] ?? NaN).filter((one) => Math.abs(one - at) <= reach);
    return measured.length > 0 ? measured.reduce((best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best)) : at;
  });
  const places = [...new Set(near)].sort((a, b) => a - b);
  const last = Math.max(...curves.flatMap((curve) => endOf(curve) ?? []));
  return last > places.at(-1)! ? [...places.slice(0, MOST_ROWS - 1), last] : places;
}

/** What is told of what was measured at exactly a place; null: nothing was. */
export function measuredAt(series: ChartSeries, place: number): number | null {
  const { x, y, lead } = series;
  const at = closest(x, place, lead);
  return at >= 0 && x[at] === place && Number.isFinite(y[at]) ? valueAt(series, place, place) : null;
}

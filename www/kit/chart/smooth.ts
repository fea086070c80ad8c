/**
 * Smoothing that does not lag: at each point, the height of a line fitted to its neighbours, the near ones weighing most (local linear
 * regression: Cleveland, "Robust Locally Weighted Regression and Smoothing Scatterplots", 1979, without the robust part). The neighbours
 * lie evenly on both sides, so the filter has no phase; at the ends, where one side is missing, the fitted line goes on with the slope,
 * where a mean of the past would hang back. A moving average of the past, which it replaces, shows a fall as late as its memory is long.
 */
import type { Column } from './curves';

/** Neighbours on either side: 6.4 % of the variance of noise is left, about as an average of the past of weight 0.87 leaves. */
const HALF = 10;

/** Neighbours on either side for curves of so many points: of long curves 1 %, so that noise is no broader in a picture than in a short one. */
export const halfWidth = (points: number): number => Math.max(HALF, Math.round(points / 100));

/** A column that follows another, smoothed. As that one grows, only the end is computed again. */
export class Smoothed {
  private readonly values: number[] = [];
  private source: Column | null = null;
  private last = NaN;

  constructor(readonly half: number) {}

  of(source: Column): readonly number[] {
    const { values, half } = this;
    const known = source === this.source ? Math.min(values.length, source.length) : 0;
    // Whether what was there is still what it was.
    const same = known === 0 || known < values.length || Object.is(source[known - 1], this.last);
    // While all have the same neighbours, a new one changes all.
    const from = same && known > 2 * half ? known - half : 0;
    values.length = source.length;
    for (let i = from; i < source.length; i++) values[i] = fitted(source, i, half);
    [this.source, this.last] = [source, source[source.length - 1] ?? NaN];
    return values;
  }
}

/** All of a column, smoothed. */
export const smooth = (source: Column, half = HALF): readonly number[] => new Smoothed(half).of(source);

/** The height at a point of the line through it and its neighbours: as many at the ends as in the middle. */
function fitted(y: Column, at: number, half: number): number {
  if (!Number.isFinite(y[at])) return NaN;
  const first = Math.max(0, Math.min(at - half, y.length - 1 - 2 * half));
  const last = Math.min(y.length - 1, first + 2 * half);
  const reach = Math.max(at - first, last - at) + 1;
  let [s0, s1, s2, t0, t1] = [0, 0, 0, 0, 0];
  for (let i = first; i <= last; i++) {
    const value = y[i]!;
    if (!Number.isFinite(value)) continue;
    const distance = i - at;
    const share = Math.abs(distance) / reach;
    const rest = 1 - share * share * share;
    const weight = rest * rest * rest;
    s0 += weight;
    s1 += weight * distance;
    s2 += weight * distance * distance;
    t0 += weight * value;
    t1 += weight * distance * value;
  }
  const spread = s0 * s2 - s1 * s1;
  // One point alone has no slope.
  return spread > 1e-9 * s0 * s0 ? (s2 * t0 - s1 * t1) / spread : t0 / s0;
}

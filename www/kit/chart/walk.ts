/** Finding a point of a curve, by pointer and by keys. */
import { closest, readOut, type ChartCurve, type ChosenPoint } from './curves';
import { toX, toY, type Frame } from './outline';

/** How far a page key goes, in points. */
const PAGE = 10;

/** The column that keys walk along, and where it begins; null: the curve has no point yet. */
export function path(curve: ChartCurve | undefined): { x: ArrayLike<number>; lead: number } | null {
  const series = curve && readOut(curve)[0];
  const lead = series?.lead ?? 0;
  return series && series.x.length > lead ? { x: series.x, lead } : null;
}

/** Whether a curve has a point there. */
export function has(curve: ChartCurve | undefined, x: number): boolean {
  const along = path(curve);
  return along !== null && along.x[closest(along.x, x, along.lead)] === x;
}

/** The point nearest to a place of the picture, of one curve or, where that is null, of any; null: there is none. */
export function nearest(curves: readonly ChartCurve[], [left, top]: readonly [number, number], frame: Frame, only: number | null = null): ChosenPoint | null {
  let [found, least]: [ChosenPoint | null, number] = [null, Infinity];
  const [low, high] = frame.x;
  const wanted = low + ((left - frame.left) / frame.width) * (high - low);
  curves.forEach((curve, index) => {
    const along = path(curve);
    if (!along || (only !== null && only !== index)) return;
    const x = along.x[closest(along.x, wanted, along.lead)]!;
    for (const series of readOut(curve)) {
      const at = closest(series.x, x, series.lead);
      if (at < 0 || series.x[at] !== x || !Number.isFinite(series.y[at])) continue;
      const distance = Math.hypot(toX(frame, x) - left, toY(frame, series.y[at]!) - top);
      if (distance < least) [found, least] = [{ curve: index, x }, distance];
    }
  });
  return found;
}

/** Where a key leads from a point; null where it leads nowhere. */
export function along(curves: readonly ChartCurve[], { curve, x }: ChosenPoint, key: string): ChosenPoint | null {
  const here = path(curves[curve]);
  if (!here) return null;
  const at = closest(here.x, x, here.lead);
  const to = (index: number): ChosenPoint => ({ curve, x: here.x[Math.min(here.x.length - 1, Math.max(here.lead, index))]! });
  switch (key) {
    case 'ArrowLeft':
      return to(at - 1);
    case 'ArrowRight':
      return to(at + 1);
    case 'PageDown':
      return to(at - PAGE);
    case 'PageUp':
      return to(at + PAGE);
    case 'Home':
      return to(here.lead);
    case 'End':
      return to(here.x.length - 1);
    case 'ArrowUp':
    case 'ArrowDown': {
      const others = curves.flatMap((other, index) => (path(other) ? [index] : []));
      const next = others[(others.indexOf(curve) + (key === 'ArrowDown' ? 1 : others.length - 1)) % others.length]!;
      const there = path(curves[next])!;
      return { curve: next, x: there.x[closest(there.x, x, there.lead)]! };
    }
    default:
      return null;
  }
}

/** Finding a point of a curve, by pointer and by keys. */
import type { ChartData } from './curves';

/** A point of a run's training loss. */
export interface Point {
  run: number;
  step: number;
}

/** How far a page key goes, in steps that were measured. */
const PAGE = 10;

/** Index of the number nearest to a value in a list that rises. */
function closest(rising: readonly number[], value: number): number {
  const after = rising.findIndex((each) => each >= value);
  if (after < 0) return rising.length - 1;
  return after > 0 && value - rising[after - 1]! < rising[after]! - value ? after - 1 : after;
}

/** The point nearest to a place on the chart, of one run or, where that is null, of any; null: there is none. */
export function nearest(
  { runs, steps }: ChartData,
  [x, y]: readonly [number, number],
  place: (step: number, loss: number) => [number, number],
  only: number | null,
): Point | null {
  let found: { point: Point; distance: number } | null = null;
  runs.forEach((columns, run) => {
    if (columns.steps.length === 0 || (only !== null && only !== run)) return;
    const across = columns.steps.map((step) => place(step, 0)[0]);
    const step = columns.steps[closest(across, x)]!;
    const at = steps.indexOf(step);
    for (const loss of [columns.smoothed[at], columns.validation[at]]) {
      if (loss == null) continue;
      const [px, py] = place(step, loss);
      const distance = Math.hypot(px - x, py - y);
      if (!found || distance < found.distance) found = { point: { run, step }, distance };
    }
  });
  return (found as { point: Point } | null)?.point ?? null;
}

/** Where a key leads from a point; null where it leads nowhere. */
export function along({ runs }: ChartData, { run, step }: Point, key: string): Point | null {
  const { steps } = runs[run]!;
  const at = closest(steps, step);
  const to = (index: number): Point => ({ run, step: steps[Math.min(steps.length - 1, Math.max(0, index))]! });
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
      return to(0);
    case 'End':
      return to(steps.length - 1);
    case 'ArrowUp':
    case 'ArrowDown': {
      const others = runs.flatMap((other, i) => (other.steps.length > 0 ? [i] : []));
      const next = others[(others.indexOf(run) + (key === 'ArrowDown' ? 1 : others.length - 1)) % others.length]!;
      const there = runs[next]!.steps;
      return { run: next, step: there[closest(there, step)]! };
    }
    default:
      return null;
  }
}

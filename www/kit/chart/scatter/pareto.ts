/** What no other is better than in both of two quantities, where less is better in each. */

/** A place in the plane of the two quantities; what is null or not finite was not measured. */
export interface Pair {
  readonly x: number | null;
  readonly y: number | null;
}

/** A pair of which both quantities are known. */
export type Known = { readonly x: number; readonly y: number };

export const isKnown = <P extends Pair>(pair: P): pair is P & Known => Number.isFinite(pair.x) && Number.isFinite(pair.y);

/** Whether one is no worse in either quantity and better in one. */
const dominates = (one: Known, other: Known): boolean => one.x <= other.x && one.y <= other.y && (one.x < other.x || one.y < other.y);

/**
 * Indices of the Pareto front, from left to right: of what was measured in both quantities, all that nothing else dominates. Pairs that are
 * equal in both stand on it together.
 */
export function front(pairs: readonly Pair[]): number[] {
  const known = pairs.flatMap((pair, index) => (isKnown(pair) ? [{ pair, index }] : []));
  return known
    .filter(({ pair }) => !known.some((other) => dominates(other.pair, pair)))
    .sort((a, b) => a.pair.x - b.pair.x || a.pair.y - b.pair.y || a.index - b.index)
    .map(({ index }) => index);
}

/**
 * The edge of all that is dominated, as x, y, x, y, …: from `top` above the first of the front down to it, along to the next, and so on to
 * `right` of the last. Empty where nothing is measured.
 */
export function staircase(pairs: readonly Pair[], right: number, top: number): number[] {
  const steps = front(pairs).map((index) => pairs[index] as Known);
  const [first] = steps;
  if (!first) return [];
  const corners = [first.x, top];
  let height = top;
  for (const { x, y } of steps) {
    corners.push(x, height, x, y);
    height = y;
  }
  return [...corners, right, height];
}

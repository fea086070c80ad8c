/** Where the names of points stand, so that they cover neither each other nor the points. All in CSS pixels. */

/** A point with the size of its name; `y` is the middle of its line of text. */
export interface Named {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Where a name begins, runs to, or has its middle. */
export interface NamePlace {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** From a point to its name, and around a point. */
const [GAP, RADIUS] = [9, 7];

/** What two boxes share, in square pixels. */
const overlap = (a: Box, b: Box): number => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/** How much of a box is outside of another, in square pixels. */
const outside = (box: Box, bounds: Box): number => (box.right - box.left) * (box.bottom - box.top) - overlap(box, bounds);

/** Places around a point, the best first. */
function candidates({ x, y }: Named, size: number): NamePlace[] {
  const up = 0.75 * size + RADIUS;
  const near = [0, -0.6 * size, 0.6 * size].flatMap((by): NamePlace[] => [
    { x: x + GAP, y: y + by, anchor: 'start' },
    { x: x - GAP, y: y + by, anchor: 'end' },
  ]);
  const across = [-up, up].map((by): NamePlace => ({ x, y: y + by, anchor: 'middle' }));
  const corners = [-up, up, -2 * up, 2 * up].flatMap((by): NamePlace[] => [
    { x: x + 3, y: y + by, anchor: 'start' },
    { x: x - 3, y: y + by, anchor: 'end' },
  ]);
  return [near[0]!, near[1]!, ...across, ...near.slice(2), ...corners];
}

/** What a name covers where it stands. */
export function boxOf({ x, y, anchor }: NamePlace, width: number, size: number): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - 0.62 * size, bottom: y + 0.62 * size };
}

/** A line from a point to its name, as x, y, x, y, where the name does not stand beside it; null: it does. */
export function leader({ x, y, width }: Named, at: NamePlace, size: number): number[] | null {
  const box = boxOf(at, width, size);
  const to = { x: Math.max(box.left, Math.min(box.right, x)), y: Math.max(box.top, Math.min(box.bottom, y)) };
  const far = Math.hypot(to.x - x, to.y - y);
  if (far <= GAP + RADIUS) return null;
  // From the edge of the mark on.
  return [x + ((to.x - x) * RADIUS) / far, y + ((to.y - y) * RADIUS) / far, to.x, to.y];
}

/** A place for each name, within bounds: those that have fewest good ones choose first. `size` is that of the text. */
export function namePlaces(points: readonly Named[], size: number, bounds: Box): NamePlace[] {
  const marks = points.map(({ x, y }): Box => ({ left: x - RADIUS, right: x + RADIUS, top: y - RADIUS, bottom: y + RADIUS }));
  const taken: Box[] = [];
  const cost = (point: number, at: NamePlace): number => {
    const box = boxOf(at, points[point]!.width, size);
    const covered = marks.reduce((sum, mark, other) => sum + (other === point ? 0 : overlap(box, mark)), 0);
    return taken.reduce((sum, other) => sum + 2 * overlap(box, other), 0) + 2 * covered + 20 * outside(box, bounds);
  };
  const crowded = (point: number): number => points.reduce((sum, other, i) => sum + (i !== point && Math.hypot(other.x - points[point]!.x, (other.y - points[point]!.y) * 2) < points[point]!.width + GAP ? 1 : 0), 0);
  const order = points.map((_, i) => i).sort((a, b) => crowded(b) - crowded(a) || a - b);
  const found: NamePlace[] = [];
  for (const point of order) {
    const [first, ...others] = candidates(points[point]!, size);
    let [best, least] = [first!, cost(point, first!)];
    for (const at of others) {
      if (least === 0) break;
      const price = cost(point, at);
      if (price < least) [best, least] = [at, price];
    }
    found[point] = best;
    taken.push(boxOf(best, points[point]!.width, size));
  }
  return found;
}

import { expect, test } from 'vitest';
import { boxOf, leader, namePlaces, type Box, type Named } from './name-places';

const SIZE = 14;
const BOUNDS: Box = { left: 0, top: 0, right: 600, bottom: 300 };

function covering(points: Named[]): number {
  const boxes = namePlaces(points, SIZE, BOUNDS).map((at, i) => boxOf(at, points[i]!.width, SIZE));
  for (const { left, top, right, bottom } of boxes) {
    expect(left).toBeGreaterThanOrEqual(BOUNDS.left);
    expect(top).toBeGreaterThanOrEqual(BOUNDS.top);
    expect(right).toBeLessThanOrEqual(BOUNDS.right);
    expect(bottom).toBeLessThanOrEqual(BOUNDS.bottom);
  }
  const apart = (a: Box, b: Box): boolean => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return boxes.flatMap((box, i) => boxes.slice(i + 1).filter((other) => !apart(box, other))).length;
}

test('a name alone stands to the right of its point, and at the right edge to the left', () => {
  expect(namePlaces([{ x: 100, y: 100, width: 60 }], SIZE, BOUNDS)).toEqual([{ x: 109, y: 100, anchor: 'start' }]);
  expect(namePlaces([{ x: 580, y: 100, width: 60 }], SIZE, BOUNDS)).toEqual([{ x: 571, y: 100, anchor: 'end' }]);
});

test('a name that stands away from its point has a line to it, from the edge of its mark on', () => {
  const point = { x: 100, y: 100, width: 60 };
  expect(leader(point, { x: 109, y: 100, anchor: 'start' }, SIZE)).toBeNull();
  const line = leader(point, { x: 100, y: 60, anchor: 'middle' }, SIZE)!;
  expect(line).toEqual([100, 93, 100, expect.closeTo(60 + 0.62 * SIZE)]);
});

test('names of points that lie close cover neither each other nor the edge', () => {
  expect(covering([[100, 100], [112, 104], [118, 96], [130, 101]].map(([x, y]) => ({ x: x!, y: y!, width: 60 })))).toBe(0);
  expect(covering([[5, 5], [595, 5], [5, 295], [595, 295]].map(([x, y]) => ({ x: x!, y: y!, width: 80 })))).toBe(0);
  expect(covering([[300, 150], [300, 150], [300, 150]].map(([x, y]) => ({ x: x!, y: y!, width: 60 })))).toBe(0);
});

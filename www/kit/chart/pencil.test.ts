import { expect, test } from 'vitest';
import { keyed, pencilColumns, places, stroked } from './pencil';

const range = [0, 10] as const;
const at = [0, 10, 20, 30];

test('places are spread from end to end, at whole numbers where there are no others', () => {
  expect(places([0, 600], true)).toHaveLength(12);
  expect([places([0, 600], true)[0], places([0, 600], true).at(-1)]).toEqual([0, 600]);
  expect(places([0, 600], true).every(Number.isInteger)).toBe(true);
  expect(places([0, 4], true)).toEqual([0, 1, 2, 3, 4]);
  expect(places([0, 1], false)).toHaveLength(12);
});

test('a stroke has its height at every place that it passed, also a fast one and one backwards, and stays on the paper', () => {
  const there = stroked([], at, { x: 1, y: 9 }, { x: 31, y: 6 }, range);
  expect(there.map(({ x, y }) => [x, Math.round(y * 10) / 10])).toEqual([[10, 8.1], [20, 7.1], [30, 6.1]]);
  expect(stroked(there, at, { x: 21, y: 20 }, { x: 19, y: 20 }, range).map(({ y }) => Math.round(y))).toEqual([8, 10, 6]);
  expect(stroked([], at, { x: 12, y: 3 }, { x: 12, y: 3 }, range)).toEqual([{ x: 10, y: 3 }]);
});

test('by keys: across to a place, up and down to a height, and away with it', () => {
  expect(keyed('ArrowRight', [], at, 0, range)).toEqual({ place: 10 });
  expect(keyed('ArrowLeft', [], at, 0, range)).toEqual({ place: 0 });
  expect(keyed('End', [], at, 0, range)).toEqual({ place: 30 });
  expect(keyed('ArrowUp', [], at, 10, range)).toEqual({ place: 10, drawn: [{ x: 10, y: 5.2 }] });
  expect(keyed('ArrowUp', [], at, 10, range, 8), 'from where it is told to begin').toEqual({ place: 10, drawn: [{ x: 10, y: 8.2 }] });
  const drawn = [{ x: 10, y: 5 }];
  expect(keyed('Enter', drawn, at, 20, range), 'as high as its neighbour').toEqual({ place: 20, drawn: [{ x: 10, y: 5 }, { x: 20, y: 5 }] });
  expect(keyed('PageDown', drawn, at, 0, range)).toEqual({ place: 0, drawn: [{ x: 0, y: 4 }, { x: 10, y: 5 }] });
  expect(keyed('ArrowUp', [{ x: 0, y: 9.95 }], at, 0, range)!.drawn).toEqual([{ x: 0, y: 10 }]);
  expect(keyed('Delete', drawn, at, 10, range)).toEqual({ place: 10, drawn: [] });
  expect(keyed('a', drawn, at, 10, range)).toBeNull();
});

test('the curve goes through its places, and between two of them neither above nor below both', () => {
  const drawn = [{ x: 0, y: 9 }, { x: 10, y: 2 }, { x: 20, y: 2 }, { x: 30, y: 1 }];
  const { x, y } = pencilColumns(drawn);
  for (const point of drawn) expect(y[x.indexOf(point.x)]).toBeCloseTo(point.y, 12);
  y.forEach((value, i) => i > 0 && expect(value).toBeLessThanOrEqual(y[i - 1]! + 1e-9));
  expect(pencilColumns([])).toEqual({ x: [], y: [] });
  expect(pencilColumns([{ x: 1, y: 2 }])).toEqual({ x: [1], y: [2] });
});

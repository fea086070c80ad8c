import { expect, test } from 'vitest';
import type { ChartCurve } from './curves';
import type { Frame } from './outline';
import { along, has, nearest } from './walk';

const curve = (x: number[], y: number[], lead = 0): ChartCurve => ({ name: 'run', colour: 'red', series: [{ name: 'raw', style: 'raw', x, y }, { name: '', style: 'line', x, y, lead }] });

/** A run of four steps, one that has not begun, and a fork after step 2 that is drawn from there on. */
const curves = [curve([1, 2, 3, 4], [4, 3, 2, 1]), curve([], []), curve([2, 3, 4], [3, 4, 5], 1)];
/** A step is 100 pixels wide, and 1 is 10 pixels high. */
const frame: Frame = { left: 0, top: 0, width: 1000, height: 100, x: [0, 10], y: [0, 10] };

test('the nearest point is of the nearest curve, and of one that is followed whatever is nearer', () => {
  expect(nearest(curves, [310, 81], frame)).toEqual({ curve: 0, x: 3 });
  expect(nearest(curves, [310, 62], frame)).toEqual({ curve: 2, x: 3 });
  expect(nearest(curves, [310, 62], frame, 0)).toEqual({ curve: 0, x: 3 });
  expect(nearest(curves, [-50, 100], frame)).toEqual({ curve: 0, x: 1 });
  expect(nearest([curves[1]!], [0, 0], frame)).toBeNull();
});

test('arrow keys lead along a curve and to the next one, page keys further, and no further than its ends', () => {
  const from = { curve: 0, x: 2 };
  expect(along(curves, from, 'ArrowRight')).toEqual({ curve: 0, x: 3 });
  expect(along(curves, from, 'PageUp')).toEqual({ curve: 0, x: 4 });
  expect(along(curves, from, 'PageDown')).toEqual({ curve: 0, x: 1 });
  expect(along(curves, from, 'ArrowDown')).toEqual({ curve: 2, x: 3 });
  expect(along(curves, { curve: 2, x: 4 }, 'ArrowDown')).toEqual({ curve: 0, x: 4 });
  expect(along(curves, { curve: 2, x: 4 }, 'Home'), 'not to what only leads to it').toEqual({ curve: 2, x: 3 });
  expect(along(curves, from, 'End')).toEqual({ curve: 0, x: 4 });
  expect(along(curves, from, 'a')).toBeNull();
  expect([has(curves[2], 2), has(curves[2], 3), has(curves[0], 2.5), has(undefined, 1)]).toEqual([false, true, false, false]);
});

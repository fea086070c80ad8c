import { expect, test } from 'vitest';
import { heights } from './curves';
import { area, outline, type Frame } from './outline';

const frame: Frame = { left: 10, top: 0, width: 100, height: 100, x: [0, 10_000], y: [0, 10] };

test('few points are drawn as they are, with a gap where there is no number', () => {
  expect(outline([0, 5000, 10_000], [10, NaN, 0], frame)).toEqual([[10, 0], [110, 100]]);
  expect(outline([], [], frame)).toEqual([]);
});

test('of many, no more than can be told apart, and every peak', () => {
  const x = Array.from({ length: 10_001 }, (_, i) => i);
  const y = x.map((i) => (i === 4321 ? 9 : i === 6789 ? 1 : 5));
  const [piece] = outline(x, y, frame);
  expect(piece!.length / 2).toBeLessThanOrEqual(4 * 101);
  const heights = piece!.filter((_, i) => i % 2 === 1);
  expect([Math.min(...heights), Math.max(...heights)]).toEqual([10, 90]);
  expect([piece!.slice(0, 2), piece!.slice(-2)]).toEqual([[10, 50], [110, 50]]);
  const across = piece!.filter((_, i) => i % 2 === 0);
  expect(across).toEqual([...across].sort((a, b) => a - b));
});

test('of a smooth line, a point for each column of pixels', () => {
  const x = Array.from({ length: 10_001 }, (_, i) => i);
  const [piece] = outline(x, x.map((i) => i / 1000), frame);
  expect(piece!.length / 2).toBeLessThanOrEqual(104);
  expect([piece!.slice(0, 2), piece!.slice(-2)]).toEqual([[10, 100], [110, 0]]);
});

test('the area of noise reaches from its lowest to its highest in each column of pixels', () => {
  const x = Array.from({ length: 10_001 }, (_, i) => i);
  const y = x.map((i) => (i === 4321 ? 9 : i % 2 ? 4 : 6));
  const heights = area(x, y, y, frame).filter((_, i) => i % 2 === 1);
  expect([Math.min(...heights), Math.max(...heights), heights.length]).toEqual([10, 60, 202]);
});

test('an area goes there along one edge and back along the other', () => {
  expect(area([0, 10_000], [2, 2], [4, 6], frame)).toEqual([10, 80, 110, 80, 110, 40, 10, 60]);
});

test('the heights of a chart hold all that is drawn: noise, bands, what is compared with', () => {
  const x = [1, 2];
  const curve = (series: object) => ({ name: '', colour: '', series: [{ name: '', x, ...series }] }) as never;
  expect(heights([curve({ style: 'raw', y: [9, 3] }), curve({ style: 'band', y: [1, 2], to: [4, 5] })], [0.5])).toEqual([0.5, 9]);
  expect(heights([curve({ style: 'line', y: [NaN, Infinity] })])).toBeNull();
});

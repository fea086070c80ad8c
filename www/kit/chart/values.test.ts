import { expect, test } from 'vitest';
import { KIT_EN } from '../text/text';
import { csv, tableCsv } from './csv';
import type { ChartCurve } from './curves';
import { SvgPainter, escaped } from './svg';
import { pointText, readout, rows, summary } from './values';

const training = { name: 'training', key: 'training, smoothed', style: 'line', x: [1, 2, 3, 4], y: [4, 3, 2.5, 2.25] } as const;
const validation = { name: 'validation', style: 'points', x: [0, 3], y: [4.5, 2] } as const;
const full: ChartCurve = { name: 'full', colour: 'red', series: [{ ...training, name: 'training', key: 'training', style: 'raw' }, training, validation] };
const fork: ChartCurve = { name: '=fork, "b"', colour: 'blue', series: [{ name: '', style: 'line', x: [2, 3], y: [3, 1], lead: 1 }] };
const none: ChartCurve = { name: 'none', colour: 'green', series: [{ name: '', style: 'line', x: [], y: [] }] };
const saying = { text: KIT_EN.chart, sayX: (x: number) => `step ${x}`, formatY: (y: number) => y.toFixed(2) };

test('a readout has what was measured last up to a place, and nothing beyond the end of a curve or before it', () => {
  expect(readout(full, null)).toEqual([2.25, 2]);
  expect(readout(full, 2)).toEqual([3, 4.5]);
  expect(readout(full, 5)).toEqual([null, null]);
  expect(readout(fork, 2), 'what leads to it was not measured').toEqual([null]);
  expect(readout(none, null)).toEqual([null]);
});

test('where another statistic is told than what is drawn, it is told everywhere', () => {
  const mean: ChartCurve = { ...full, series: [{ ...training, told: (x) => (x ?? 10) / 2 }] };
  expect([readout(mean, null), readout(mean, 3), readout(mean, 5)]).toEqual([[5], [1.5], [null]]);
  expect(pointText(mean, 3, saying)).toBe('step 3 · training 1.50');
  expect(summary([mean], saying)).toContain('full: training 5.00 at its end, step 4. It began with training 0.50 at step 1.');
});

test('a point has what was measured there', () => {
  expect(pointText(full, 3, saying)).toBe('step 3 · training 2.50 · validation 2.00');
  expect(pointText(full, 4, saying)).toBe('step 4 · training 2.25');
});

test('the summary says how each curve ends, began and how low it came, and which came lowest', () => {
  expect(summary([full, fork, none], saying)).toBe(
    'full: training 2.25, validation 2.00 at its end, step 4. It began with training 4.00 at step 1. Lowest: validation 2.00 at step 3. ' +
      '=fork, "b": 1.00 at its end, step 3. It began with 1.00 at step 3. Lowest: 1.00 at step 3. none: nothing yet. ' +
      'Lowest of all: =fork, "b", 1.00 at step 3.',
  );
});

test('a table has thirty rows at most, from the first to the very last', () => {
  const x = Array.from({ length: 1000 }, (_, i) => i + 1);
  const long: ChartCurve = { name: '', colour: '', series: [{ name: '', style: 'line', x, y: x }] };
  const chosen = rows([long]);
  expect(chosen).toHaveLength(30);
  expect([chosen[0], chosen.at(-1)]).toEqual([1, 1000]);
  expect(new Set(chosen.slice(1).map((each, i) => Math.round((each - chosen[i]!) / 3))).size).toBeLessThanOrEqual(2);
  const later: ChartCurve = { name: '', colour: '', series: [{ name: '', style: 'line', x: [1, 2000], y: [1, 1] }] };
  expect(rows([long, later]).at(-1)).toBe(2000);
  expect(rows([long, later])).toHaveLength(30);
  expect(rows([full])).toEqual([1, 2, 3, 4]);
  const seldom: ChartCurve = { ...long, series: [...long.series, { ...validation, x: [0, 510], y: [1, 1] }] };
  expect(rows([seldom]), 'with what was seldom measured').toEqual([0, ...chosen.slice(1, 15), 510, ...chosen.slice(16)]);
  expect(rows([none])).toEqual([]);
});

test('as comma-separated values: every point with its unit, and no cell that a program would compute', () => {
  const [head, ...lines] = csv([full, fork], { x: 'step', y: 'nats' }).slice(1).split('\r\n');
  expect(head).toBe('step,"nats: full, training","nats: full, training, smoothed","nats: full, validation","nats: =fork, ""b"""');
  expect(lines).toEqual(['0,,,4.5,', '1,4,4,,', '2,3,3,,', '3,2.5,2.5,2,1', '4,2.25,2.25,,', '']);
  expect(csv([{ ...full, series: [{ ...training, y: [NaN, 1, Infinity, 0.1 + 0.2] }] }], { x: 'x', y: 'y' })).toContain('1,\r\n2,1\r\n3,\r\n4,0.30000000000000004\r\n');
});

test('a file of vectors has names as they are, whatever is in them', () => {
  expect(escaped('a<b & "c"\u0001\ud800')).toBe('a&lt;b &amp; &quot;c&quot;');
  const painter = new SvgPainter();
  painter.text(1.005, 2, '<i>', { colour: 'red', size: 14 });
  painter.line([0, 0, 1, 1], { colour: 'blue', width: 2, dash: [3, 1] });
  const file = painter.file(10, 20, 'Loss', 'a & b');
  expect(file).toContain('<desc>a &amp; b</desc>');
  expect(file).toContain('>&lt;i&gt;</text>');
  expect(file).toContain('<polyline points="0 0 1 1" fill="none" stroke="blue" stroke-width="2" stroke-linejoin="round" stroke-dasharray="3 1"/>');
});

test('a table as a file has empty cells where nothing was measured, and no name that a program would compute', () => {
  expect(tableCsv(['run', 'loss, nats'], [['=1+1', 0.5], ['a "b"', null], ['c', NaN], ['d', 'yes']])).toBe('\ufeffrun,"loss, nats"\r\n\'=1+1,0.5\r\n"a ""b""",\r\nc,\r\nd,yes\r\n');
});

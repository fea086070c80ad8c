import { expect, test } from 'vitest';
import { specOf } from '../../engine/spec/defaults';
import { ExperimentView } from '../store/experiment-view';
import { WoundClock } from '../testing/clock';
import type { Event } from '../../types/generated/Event';
import { finishedRun, lessonRun, noiseAmong, noiseOf, placeOf } from './facts';

const A = { name: { en: 'a', zh: '甲' } };
const B = { name: { en: 'b', zh: '乙' } };
const GONE = { name: { en: 'gone', zh: '无' } };

/** Two runs, begun in Chinese, with these training losses. */
function losses(...curves: number[][]): ExperimentView {
  const view = new ExperimentView(specOf({}, [{ name: '甲', patch: {} }, { name: '乙', patch: {} }]), new WoundClock());
  const events = curves.flatMap((values, run) => values.map((value, i) => ({ type: 'metric', run, series: 'loss', step: i + 1, value }))) as Event[];
  for (const event of events) view.apply(event);
  return view;
}

/** Numbers of a normal distribution of standard deviation 1, the same each time. */
function normal(count: number, seed: number): number[] {
  let state = seed;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a run is found in whichever language it was begun, once it has finished', () => {
  const view = losses();
  view.apply({ type: 'finished', run: 1 } as Event);
  expect(lessonRun(view, A)).toBe(view.runs[0]);
  expect(finishedRun(view, A)).toBeNull();
  expect(finishedRun(view, B)).toBe(view.runs[1]);
  expect([placeOf(view, A), placeOf(view, B), placeOf(view, GONE)]).toEqual([0, 1, null]);
});

test('a loss that falls evenly has no noise, however fast', () => {
  const falling = (slope: number) => Array.from({ length: 50 }, (_, i) => 6 - slope * i);
  const view = losses(falling(0.01), falling(0.1));
  expect([noiseOf(view.runs[0]!), noiseOf(view.runs[1]!), noiseAmong(view.runs)].every((noise) => noise < 1e-9)).toBe(true);
});

test('the noise is the standard deviation of a mean of ten, around a slope', () => {
  const all = normal(40 * 40, 17);
  const found = Array.from({ length: 40 }, (_, i) => noiseOf(losses(all.slice(40 * i, 40 * i + 40).map((value, step) => 9 - 0.5 * step + value)).runs[0]!));
  expect(mean(found)).toBeGreaterThan(0.9 / Math.sqrt(10));
  expect(mean(found)).toBeLessThan(1.1 / Math.sqrt(10));
});

test('what is hard for all runs alike is no noise between them', () => {
  const hard = normal(40, 5);
  const view = losses(hard, hard.map((value) => value - 0.3));
  expect(noiseOf(view.runs[0]!)).toBeGreaterThan(0.1);
  expect(noiseAmong(view.runs)).toBeLessThan(1e-9);
});

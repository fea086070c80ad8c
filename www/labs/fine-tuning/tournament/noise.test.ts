import { expect, test } from 'vitest';
import { ExperimentView } from '../../../shell/store/experiment-view';
import { WoundClock } from '../../../shell/testing/clock';
import { specOfChoices } from './choices';
import { spreadOf, teams } from './measures';
import { AS_IT_BEGINS, clearlyLess, deviation, ERRORS, field, leaders, margin, residual } from './noise';
import { tournamentSpec } from './preset';
import { tournamentResult } from './testing';

const SPEC = tournamentSpec('en');
const METHODS = ['full', 'lora', 'ia3'];
const teamsOf = (seeds: number) => teams(ExperimentView.of(tournamentResult(specOfChoices({ methods: METHODS, rule: 'steps', seeds }, SPEC, 'en')), new WoundClock(), new Date(0)));

test('what a seed changes of all methods alike is no noise between them', () => {
  expect(residual([[1, 2, 4], [5, 6, 8]], false)).toBeCloseTo(0);
  // Two ways by two: ±0.5 in each of four cells, with one degree of freedom.
  expect(residual([[1, 2], [2, 1]], false)).toBeCloseTo(1);
  expect(residual([[1, 2], [10, 20]], true)).toBeCloseTo(0);
});

test('too few seeds or methods tell nothing, and a method that has not ended with all of its seeds is left out', () => {
  expect([residual([], false), residual([[1], [2]], false), residual([[1, 2, 3]], false)]).toEqual([null, null, null]);
  expect(residual([[1, 2], [2, 1], [3, NaN]], false)).toBeCloseTo(1);
});

test('with several seeds what they changed is measured, with one it is that of the tournament that the page begins with', () => {
  for (const metric of ['validation_loss', 'forgetting', 'duration']) {
    expect(deviation(teamsOf(1), metric)).toMatchObject({ value: AS_IT_BEGINS['shakespeare-plays']![metric], own: false });
    const own = deviation(teamsOf(3), metric);
    expect(own.own).toBe(true);
    expect(own.value).toBeGreaterThan(0);
  }
  // No seed changes how many parameters there are.
  expect([deviation(teamsOf(1), 'trainable_parameters').value, deviation(teamsOf(3), 'trainable_parameters').value]).toEqual([0, expect.closeTo(0)]);
});

test('a difference is one from some standard errors on, fewer amounts of it with more seeds', () => {
  const of = { value: 0.01, relative: false, own: false };
  expect(margin(of, 1)).toBeCloseTo(ERRORS * 0.01 * Math.SQRT2);
  expect(margin(of, 3)).toBeCloseTo(margin(of, 1) * 0.67, 3);
  const value = (loss: number) => spreadOf([loss], 'nats/token')!;
  expect(clearlyLess(value(1.4), value(1.4 + margin(of, 1) + 1e-6), of)).toBe(true);
  expect(clearlyLess(value(1.4), value(1.4 + margin(of, 1) - 1e-6), of)).toBe(false);
  expect(clearlyLess(value(1.5), value(1.4), of)).toBe(false);
  const share = { ...of, relative: true };
  expect([clearlyLess(value(100), value(104), share), clearlyLess(value(100), value(105), share)]).toEqual([false, true]);
});

test('whatever cannot be told from the best leads with it, and where nothing can, nothing leads', () => {
  const made = (...losses: (number | null)[]) => ({ ...field([], 'validation_loss'), values: losses.map((loss) => (loss === null ? null : spreadOf([loss], ''))), less: (one: number, other: number) => losses[one]! + 0.01 < losses[other]! });
  expect(leaders(made(1.472, 1.473, null, 1.5))).toEqual([0, 1]);
  expect(leaders(made(1.472, 1.473))).toEqual([]);
  expect(leaders(made(1.472, null))).toEqual([]);
});

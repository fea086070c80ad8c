import { describe, expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import { ExperimentView } from '../../store/experiment-view';
import { WoundClock } from '../../testing/clock';
import type { ChoiceQuestion, CurveQuestion, NumberQuestion, OrderQuestion, Outcome } from './question';
import { heightAt, scoreOf } from './score';

const view = new ExperimentView(defaultSpec, new WoundClock());
const ask = { en: '', zh: '' };

describe('a number', () => {
  const question = (outcome: Outcome | null, logarithmic = false): NumberQuestion => ({
    kind: 'number',
    ask,
    unit: 'percent',
    scale: { from: logarithmic ? 1 : 0, to: 100, step: 1, logarithmic },
    outcome: () => outcome,
  });
  const grade = (value: number, outcome: Outcome, logarithmic = false) => scoreOf(question(outcome, logarithmic), { kind: 'number', value }, view)?.grade;

  test('is right within the spread of what was measured, or half a step of the scale', () => {
    expect(grade(51, { value: 50, spread: [48, 52] })).toBe('hit');
    expect(grade(50.4, { value: 50, spread: null })).toBe('hit');
    expect(grade(53, { value: 50, spread: [48, 52] })).toBe('near');
  });

  test('is near within a tenth of a linear scale, or a factor of one and a half of a logarithmic one', () => {
    expect([grade(60, { value: 50, spread: null }), grade(61, { value: 50, spread: null })]).toEqual(['near', 'far']);
    expect([grade(30, { value: 45, spread: null }, true), grade(29, { value: 45, spread: null }, true)]).toEqual(['near', 'far']);
  });

  test('on a logarithmic scale is off by a factor', () => {
    expect(scoreOf(question({ value: 43, spread: null }, true), { kind: 'number', value: 2 }, view)).toMatchObject({ grade: 'far', factor: 21.5, truth: { kind: 'number', value: 43 } });
  });

  test('has no score before the run can tell', () => {
    expect(scoreOf(question(null), { kind: 'number', value: 1 }, view)).toBeNull();
  });
});

describe('an order', () => {
  const question = (outcome: Record<string, Outcome>): OrderQuestion => ({ kind: 'order', ask, ends: { en: ['', ''], zh: ['', ''] }, items: [], outcome: () => outcome });
  const at = (value: number, noise = 0): Outcome => ({ value, spread: [value - noise, value + noise] });

  test('counts the pairs that stand right', () => {
    const score = scoreOf(question({ a: at(1), b: at(2), c: at(3) }), { kind: 'order', order: ['a', 'c', 'b'] }, view);
    expect(score).toMatchObject({ pairs: [2, 3], grade: 'near', truth: { kind: 'order', order: ['a', 'b', 'c'] } });
    expect(scoreOf(question({ a: at(1), b: at(2), c: at(3) }), { kind: 'order', order: ['c', 'b', 'a'] }, view)!.grade).toBe('far');
  });

  test('does not count pairs that cannot be told apart', () => {
    const score = scoreOf(question({ a: at(1, 0.2), b: at(1.1, 0.2), c: at(3) }), { kind: 'order', order: ['b', 'a', 'c'] }, view);
    expect(score).toMatchObject({ pairs: [2, 2], grade: 'hit' });
  });

  test('of which no two can be told apart has no score', () => {
    expect(scoreOf(question({ a: at(1, 1), b: at(1.1, 1) }), { kind: 'order', order: ['a', 'b'] }, view)).toBeNull();
  });

  test('of runs that are not there has no score', () => {
    expect(scoreOf(question({ a: at(1) }), { kind: 'order', order: ['a', 'b'] }, view)).toBeNull();
  });
});

describe('a curve', () => {
  const truth = [0, 10, 20].map((x) => ({ x, y: 5 - x / 10 }));
  const question: CurveQuestion = { kind: 'curve', ask, axes: { en: { steps: 20, low: 0, high: 6 }, zh: { steps: 20, low: 0, high: 6 } }, outcome: () => ({ points: truth, noise: 0.05 }) };
  const grade = (off: number) => scoreOf(question, { kind: 'curve', points: truth.map(({ x, y }) => ({ x, y: y + off })) }, view)?.grade;

  test('is right within the noise, near within a share of what it spans', () => {
    expect([grade(0.04), grade(0.2), grade(0.5)]).toEqual(['hit', 'near', 'far']);
  });

  test('is compared where both are', () => {
    expect(scoreOf(question, { kind: 'curve', points: [{ x: 5, y: 4.5 }, { x: 90, y: 0 }] }, view)!.grade).toBe('hit');
    expect(scoreOf(question, { kind: 'curve', points: [{ x: 90, y: 0 }] }, view)).toBeNull();
  });
});

test('a choice is right or not', () => {
  const question: ChoiceQuestion = { kind: 'choice', ask, options: [], outcome: () => 'b' };
  expect((['a', 'b'] as const).map((option) => scoreOf(question, { kind: 'choice', option }, view)!.grade)).toEqual(['far', 'hit']);
});

test('an answer to another kind of question has no score', () => {
  const question: ChoiceQuestion = { kind: 'choice', ask, options: [], outcome: () => 'b' };
  expect(scoreOf(question, { kind: 'number', value: 1 }, view)).toBeNull();
});

test('the height of a line between its points, and none outside of them', () => {
  const line = [{ x: 2, y: 10 }, { x: 4, y: 20 }];
  expect([1, 2, 3, 4, 5].map((x) => heightAt(line, x))).toEqual([null, 10, 15, 20, null]);
});

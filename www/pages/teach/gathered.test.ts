import { expect, test } from 'vitest';
import type { Foretold } from '../../shell/library';
import type { Answer, ChoiceQuestion, NumberQuestion } from '../../shell/lesson/prediction/question';
import { calibration } from '../../shell/lesson/prediction/calibration';
import { grouped, histogram, placeOf, truthOf } from './gathered';

const told = (answer: Answer, more: Partial<Foretold> = {}): Foretold => ({ lesson: 'a', answer, sureness: null, at: 1, seen: false, outcome: null, class: '', ...more });
const number = (value: number): Answer => ({ kind: 'number', value });
const same = { en: '', zh: '' };

test('the same prediction that comes twice counts once, with what it came to', () => {
  const open = told(number(3));
  const known = { ...open, outcome: { grade: 'far', truth: number(51) } } as const;
  const groups = grouped([
    { lab: 'x', foretold: open, key: '1' },
    { lab: 'x', foretold: known, key: '1' },
    { lab: 'x', foretold: told(number(40)), key: '2' },
    { lab: 'x', foretold: told(number(51), { seen: true }), key: '5' },
    { lab: 'y', foretold: told(number(5)), key: '3' },
    { lab: 'x', foretold: told(number(7), { class: '7b' }), key: '4' },
  ]);
  expect(groups.map(({ lab, class: name, all }) => [lab, name, all.length])).toEqual([['x', '', 2], ['y', '', 1], ['x', '7b', 1]]);
  expect(groups[0]!.all[0]).toEqual(known);
});

test('numbers fall into columns between round ones over the whole scale, its ends included', () => {
  const question: NumberQuestion = { kind: 'number', ask: same, unit: 'percent', scale: { from: 1, to: 100, step: 1 }, outcome: () => null };
  const columns = histogram(question, [1, 9, 10, 100, 500].map((value) => told(number(value))))!;
  expect(columns.map(({ of }) => of)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((from) => [from, from + 10]));
  expect(columns.map(({ count }) => count)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
  const logarithmic = histogram({ ...question, scale: { from: 1, to: 200, step: 1, logarithmic: true } }, [-1, 3, 5, 200].map((value) => told(number(value))))!;
  expect(logarithmic.map(({ of, count }) => [of[0], count])).toEqual([[1, 1], [2, 1], [5, 1], [10, 0], [20, 0], [50, 0], [100, 1]]);
});

test('what came true stands in the column of whoever foretold the same number as it is shown', () => {
  const question: NumberQuestion = { kind: 'number', ask: same, unit: 'percent', scale: { from: 0, to: 100, step: 1 }, outcome: () => null };
  const columns = histogram(question, [told(number(50))])!;
  expect([49.6, 50, 50.4].map((value) => columns[placeOf(question, columns, number(value))])).toEqual(Array.from({ length: 3 }, () => ({ of: [50, 60], count: 1 })));
});

test('options are counted, those that nobody chose, too', () => {
  const question: ChoiceQuestion = { kind: 'choice', ask: same, options: ['a', 'b'].map((id) => ({ id, text: same })), outcome: () => null };
  expect(histogram(question, [told({ kind: 'choice', option: 'b' }), told(number(3))])).toEqual([{ of: 'a', count: 0 }, { of: 'b', count: 1 }]);
});

test('what came true is the middle of numbers, and the most frequent of others', () => {
  const known = (truth: Answer): Foretold => told(truth, { outcome: { grade: 'hit', truth } });
  expect(truthOf([number(50), number(54), number(51)].map(known))).toEqual(number(51));
  expect(truthOf((['a', 'b', 'b'] as const).map((option) => known({ kind: 'choice', option })))).toEqual({ kind: 'choice', option: 'b' });
  expect(truthOf([told(number(3))])).toBeNull();
});

test('calibration is of those who said how sure they were, and know', () => {
  const known = (sureness: number | null, grade: 'hit' | 'near' | 'far'): Foretold => told(number(1), { sureness, outcome: { grade, truth: number(1) } });
  expect(calibration([known(0.7, 'hit'), known(0.7, 'far'), known(0.95, 'near'), known(null, 'hit'), told(number(1), { sureness: 0.95 })])).toEqual([
    { sureness: 0.7, right: 1, all: 2 },
    { sureness: 0.95, right: 1, all: 1 },
  ]);
});

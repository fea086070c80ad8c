import { expect, test } from 'vitest';
import { difference, EYES, type Eyes } from '../../kit/colour-vision';
import { COLOURS } from '../../kit/tokens.css';
import { colour, dash, greyed, shape, TOLD_APART } from './run-mark';

const RUNS = Array.from({ length: TOLD_APART }, (_, run) => run);

test('sixteen runs are told apart by the pattern of their lines, and by the shape of their points', () => {
  expect(TOLD_APART).toBe(16);
  expect(new Set(RUNS.map((run) => JSON.stringify(dash(run)))).size).toBe(TOLD_APART);
  expect(new Set(RUNS.map((run) => JSON.stringify(shape(run)))).size).toBe(TOLD_APART);
});

test('of two runs of one colour one has filled points, the other hollow ones', () => {
  const colourOf = (run: number): string => /--run-\d/.exec(colour(run))![0];
  const pairs = RUNS.flatMap((run) => RUNS.slice(run + 1).filter((other) => colourOf(run) === colourOf(other)).map((other) => [run, other] as const));
  expect(pairs).toHaveLength(7);
  for (const [run, other] of pairs) expect(shape(run).hollow).not.toBe(shape(other).hollow);
});

test.each(Object.keys(EYES) as Eyes[])('to eyes %s, runs whose colours look alike have points of different shapes or fillings', (eyes) => {
  const seen = (run: number, theme: 0 | 1): string => COLOURS[`run-${run}` as keyof typeof COLOURS][theme];
  for (const theme of [0, 1] as const) {
    for (let run = 0; run < 9; run++) {
      for (let other = run + 1; other < 9; other++) if (difference(seen(run, theme), seen(other, theme), eyes) < 0.07) expect(shape(run)).not.toEqual(shape(other));
    }
  }
});

test('a run of the past is grey, and the one that shares its colour is not', () => {
  expect(Object.keys(greyed([0]))).toEqual(['--past-0']);
  expect(colour(9)).toBe('var(--past-9, var(--run-0))');
});

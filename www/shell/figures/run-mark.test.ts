import { expect, test } from 'vitest';
import { difference, EYES, type Eyes } from '../../kit/colour-vision';
import { COLOURS } from '../../kit/tokens.css';
import { colour, dash, greyed, shape, TOLD_APART } from './run-mark';

const RUNS = Array.from({ length: TOLD_APART }, (_, run) => run);
const lookOf = (run: number): string => JSON.stringify([shape(run), dash(run)]);

test('sixteen runs are told apart by the pattern of their lines, and by the shape of their points', () => {
  expect(TOLD_APART).toBe(16);
  expect(new Set(RUNS.map((run) => JSON.stringify(dash(run)))).size).toBe(TOLD_APART);
  expect(new Set(RUNS.map((run) => JSON.stringify(shape(run)))).size).toBe(TOLD_APART);
});

test.each(Object.keys(EYES) as Eyes[])('to eyes %s no two runs look alike', (eyes) => {
  for (const theme of [0, 1] as const) {
    const seen = (run: number): string => COLOURS[/--run-\d/.exec(colour(run))![0].slice(2) as keyof typeof COLOURS][theme];
    const alike = RUNS.flatMap((run) => RUNS.slice(run + 1).filter((other) => difference(seen(run), seen(other), eyes) < 0.07 && lookOf(run) === lookOf(other)));
    expect(alike).toEqual([]);
    // Those of one colour are further apart in pattern: one has filled points, the other hollow ones.
    for (const run of RUNS) for (const other of RUNS) if (run !== other && seen(run) === seen(other)) expect(shape(run).hollow).not.toBe(shape(other).hollow);
  }
});

test('a run of the past is grey, and the one that shares its colour is not', () => {
  expect(Object.keys(greyed([1]))).toEqual(['--past-1']);
  expect(colour(9)).toBe('var(--past-9, var(--run-1))');
});

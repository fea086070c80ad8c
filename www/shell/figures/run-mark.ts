/** How a run is told apart: a colour, a pattern of its line and a shape of its points, the same in every figure. */
import type { TemplateResult } from 'lit';
import { lineMark, markedName } from '../../kit/chart/mark';
import { MARK_SHAPES, type MarkShape } from '../../kit/chart/scatter/marks';

/** Colours of runs, `--run-0` to `--run-8`; those that follow have them again, in other patterns and with hollow points. */
const COLOURS = 9;

/** Dash patterns by run, in pixels; the first is solid. */
const DASHES: number[][] = [
  [], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4], [1, 4], [6, 2, 2, 2, 2, 2],
  [3, 6], [14, 3, 3, 3], [5, 5, 1, 5], [2, 2, 8, 2], [10, 8], [1, 2], [8, 2, 1, 2, 1, 2], [16, 3, 1, 3],
];

/** Runs that are told apart. */
export const TOLD_APART = DASHES.length;

/** Dash pattern of a run's line. */
export const dash = (run: number): number[] => DASHES[run % DASHES.length]!;

/** Shape of a run's points. */
export const shape = (run: number): { shape: MarkShape; hollow: boolean } => ({ shape: MARK_SHAPES[run % MARK_SHAPES.length]!, hollow: Math.floor(run / MARK_SHAPES.length) % 2 === 1 });

/** CSS colour of a run; grey where something around says that it is of the past, by {@link greyed}. */
export const colour = (run: number): string => `var(--past-${run}, var(--run-${run % COLOURS}))`;

/** Styles for what is around figures, in which these runs are of the past. */
export const greyed = (runs: Iterable<number>): Record<string, string> => Object.fromEntries([...runs].map((run) => [`--past-${run}`, 'var(--ink-2)']));

/** A short piece of the run's line. */
export const mark = (run: number): TemplateResult => lineMark(colour(run), dash(run));

/** A run's name behind its mark, in its colour. */
export const runName = (run: number, name: string): TemplateResult => markedName(name, colour(run), dash(run));

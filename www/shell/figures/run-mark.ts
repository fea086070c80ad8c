/** How a run is told apart: a colour and a pattern of its line, the same in every figure. */
import type { TemplateResult } from 'lit';
import { lineMark, markedName } from '../../kit/chart/mark';

/** Dash patterns by run, in pixels; the first is solid. */
const DASHES: number[][] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4], [1, 4], [6, 2, 2, 2, 2, 2]];

/** Dash pattern of a run's line. */
export const dash = (run: number): number[] => DASHES[run % DASHES.length]!;

/** CSS colour of a run; grey where something around says that it is of the past, by {@link greyed}. */
export const colour = (run: number): string => `var(--past-${run % DASHES.length}, var(--run-${run % DASHES.length}))`;

/** Styles for what is around figures, in which these runs are of the past. */
export const greyed = (runs: Iterable<number>): Record<string, string> =>
  Object.fromEntries([...runs].map((run) => [`--past-${run % DASHES.length}`, 'var(--ink-2)']));

/** A short piece of the run's line. */
export const mark = (run: number): TemplateResult => lineMark(colour(run), dash(run));

/** A run's name behind its mark, in its colour. */
export const runName = (run: number, name: string): TemplateResult => markedName(name, colour(run), dash(run));

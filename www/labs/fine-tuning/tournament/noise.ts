/** Which differences between methods are more than chance: what another seed changes of them, and how far apart they must lie. */
import { measured, type Spread, type Team } from './measures';

/** What another seed changes of one method beside the others: a standard deviation. */
export interface Deviation {
  value: number;
  /** Whether it is a share of what was measured rather than an amount. */
  relative: boolean;
  /** Whether it is that of this experiment's own seeds. */
  own: boolean;
}

/** How much the time of one run varies, as a share: 3% to 8% in the same runs, on a computer that had other work, too. */
const OF_TIMES = 0.04;

/**
 * Standard deviations of single runs, in nats per token and as a share of times, by their base: residuals of the tournament that the page
 * begins with, run by the command line with seeds 42 to 44, once what is each method's and what is each seed's is taken away. What is left
 * out no seed changes.
 */
export const AS_IT_BEGINS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'shakespeare-plays': { validation_loss: 0.0042, forgetting: 0.0051, step_time: OF_TIMES, duration: OF_TIMES },
  'tang-poems': { validation_loss: 0.028, forgetting: 0.069, step_time: OF_TIMES, duration: OF_TIMES },
};
/** Of another base nothing is known: as much as of the one that varies more. */
const UNKNOWN = AS_IT_BEGINS['tang-poems']!;

/** Measures that differ between methods by factors rather than by amounts. */
const BY_AMOUNT: readonly string[] = ['validation_loss', 'forgetting'];

/**
 * How many standard errors count as a difference. With nine methods there are 36 pairs, and in Tukey's test at 5% the widest of them must lie
 * 3.1 apart.
 */
export const ERRORS = 3;

/** By how much the median of a few values spreads more than their mean: of three normal values. */
const OF_MEDIAN = 1.16;

/** What seeds change of a measure: of this experiment's own seeds, where all its methods have the same several; else as the page begins. */
export function deviation(teams: readonly Team[], metric: string): Deviation {
  const relative = !BY_AMOUNT.includes(metric);
  const found = residual(teams.map(({ runs }) => runs.map((run) => (run.status === 'finished' ? (run.figure(metric)?.value ?? NaN) : NaN))), relative);
  return found === null ? { value: (AS_IT_BEGINS[teams[0]?.runs[0]?.spec.model.base ?? ''] ?? UNKNOWN)[metric] ?? 0, relative, own: false } : { value: found, relative, own: true };
}

/**
 * Standard deviation of what is left of a table, a row each method and a column each seed, without the means of its rows and columns; of
 * logarithms where it is relative. Rows that are not whole are left out; null: too few are.
 */
export function residual(table: readonly (readonly number[])[], relative: boolean): number | null {
  const seeds = Math.max(0, ...table.map((row) => row.length));
  const rows = table.map((row) => row.map((value) => (relative ? Math.log(value) : value))).filter((row) => row.length === seeds && row.every(Number.isFinite));
  if (seeds < 2 || rows.length < 2) return null;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = mean(rows.flat());
  const columns = rows[0]!.map((_, seed) => mean(rows.map((row) => row[seed]!)));
  const squares = rows.flatMap((row) => row.map((value, seed) => (value - mean(row) - columns[seed]! + all) ** 2));
  const freedom = (rows.length - 1) * (seeds - 1);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom);
}

/** How far apart two methods must lie in a measure to differ in it, each with so many seeds. */
export const margin = ({ value }: Deviation, seeds: number): number => ERRORS * value * Math.SQRT2 * (seeds > 1 ? OF_MEDIAN / Math.sqrt(seeds) : 1);

/** Whether the first of two values of a measure is clearly less than the second. */
export function clearlyLess(one: Spread, other: Spread, of: Deviation): boolean {
  if (one.value >= other.value) return false;
  const apart = of.relative && one.value > 0 ? Math.log(other.value / one.value) : other.value - one.value;
  return apart > margin(of, Math.min(one.seeds, other.seeds));
}

/** What methods come to in a measure, with whether one is clearly less than another. */
export interface Field {
  metric: string;
  values: readonly (Spread | null)[];
  deviation: Deviation;
  less(one: number, other: number): boolean;
}

export function field(teams: readonly Team[], metric: string): Field {
  const values = teams.map((team) => measured(team, metric));
  const of = deviation(teams, metric);
  const less = (one: number, other: number): boolean => values[one] != null && values[other] != null && clearlyLess(values[one], values[other], of);
  return { metric, values, deviation: of, less };
}

/** Those that nothing is clearly less than, by their indices: the best and what cannot be told from it. Empty where that is all of them, or one is alone. */
export function leaders({ values, less }: Field): number[] {
  const there = values.flatMap((value, i) => (value ? [i] : []));
  const found = there.filter((one) => !there.some((other) => less(other, one)));
  return found.length < there.length ? found : [];
}

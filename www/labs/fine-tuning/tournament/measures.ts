/** What methods are compared by: less is better of each. */
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import { teamsOf } from './choices';

export interface Measure {
  /** Its name among the engine's metrics. */
  metric: string;
  /** Whether its axis is logarithmic: methods differ in it by factors rather than by amounts. */
  log: boolean;
}

export const MEASURES: readonly Measure[] = [
  { metric: 'validation_loss', log: false },
  { metric: 'forgetting', log: false },
  { metric: 'trainable_parameters', log: true },
  { metric: 'peak_memory', log: false },
  { metric: 'memory.parameters', log: false },
  { metric: 'memory.gradients', log: true },
  { metric: 'memory.optimizer', log: true },
  { metric: 'memory.activations', log: false },
  { metric: 'step_time', log: false },
  { metric: 'duration', log: false },
  { metric: 'adapter_bytes', log: true },
];

export const measure = (metric: string): Measure => MEASURES.find((one) => one.metric === metric) ?? MEASURES[0]!;

/** A method of an experiment: its runs, which differ in their seeds alone. */
export interface Team {
  name: string;
  /** Index of its first run, by which it is told apart. */
  first: number;
  runs: readonly RunView[];
}

export const teams = (view: ExperimentView): Team[] => teamsOf(view.spec).map((runs) => ({ name: view.runs[runs[0]!]!.name, first: runs[0]!, runs: runs.map((run) => view.runs[run]!) }));

/** The middle of what several seeds gave, with the least and the greatest. */
export interface Spread {
  value: number;
  /** Null of a single seed. */
  range: readonly [number, number] | null;
  unit: string;
  /** How many they were. */
  seeds: number;
}

export function spreadOf(values: readonly number[], unit: string): Spread | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  const value = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { value, range: sorted.length > 1 ? [sorted[0]!, sorted.at(-1)!] : null, unit, seeds: sorted.length };
}

/** What a method measured, over its seeds that have ended; null: nothing. A loss that is not final is no result. */
export function measured({ runs }: Team, metric: string): Spread | null {
  const found = runs.flatMap((run) => (run.status === 'finished' ? (run.figure(metric) ?? []) : []));
  return found.length === 0 ? null : spreadOf(found.map(({ value }) => value), found[0]!.unit);
}

/** The learning rate that a method's seeds found, or were given. */
export function rateOf({ runs }: Team): Spread | null {
  return spreadOf(runs.flatMap((run) => run.search?.chosen ?? (run.search ? [] : run.spec.training.learning_rate)), '');
}

/** Optimizer steps that they did. */
export const stepsOf = ({ runs }: Team): Spread | null => spreadOf(runs.flatMap((run) => (run.status === 'finished' ? run.step : [])), 'steps');

/** Measures that any of the teams has. */
export const known = (all: readonly Team[]): Measure[] => MEASURES.filter(({ metric }) => all.some((team) => measured(team, metric) !== null));

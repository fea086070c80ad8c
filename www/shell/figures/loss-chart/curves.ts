/** The numbers behind the loss chart. */
import { extent } from '../../../kit/extent';
import type { ExperimentView } from '../../store/experiment-view';

/** Weight of the past in the smoothed training loss. */
const SMOOTHING = 0.85;

/** One run's columns over the chart's common steps; null where it has no point. */
export interface RunColumns {
  raw: (number | null)[];
  smoothed: (number | null)[];
  validation: (number | null)[];
}

export interface ChartData {
  steps: number[];
  runs: RunColumns[];
  /** Last step that the chart has room for. */
  last: number;
  /** Range of the losses worth showing; single outliers of the raw training loss may lie outside. */
  low: number;
  high: number;
}

/** Exponential moving average, corrected for its start at zero. */
export function smooth(values: number[]): number[] {
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * value;
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    return average / weight;
  });
}

/** Puts all curves over one axis, which has room for `planned` steps while nothing is measured. */
export function chartData(view: ExperimentView | null, planned: number): ChartData {
  const runs = view?.runs ?? [];
  const pairs = runs.map((run) => ({ training: run.curve('loss'), validation: run.curve('validation_loss') }));
  const steps = [...new Set(pairs.flatMap(({ training, validation }) => [...training.steps, ...validation.steps]))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const column = (at: number[], values: number[]): (number | null)[] => {
    const filled = new Array<number | null>(steps.length).fill(null);
    at.forEach((step, i) => (filled[place.get(step)!] = values[i]!));
    return filled;
  };
  const ends: number[] = [];
  const columns = pairs.map(({ training, validation }) => {
    const smoothed = smooth(training.values);
    for (const values of [smoothed, validation.values]) ends.push(...(extent(values.filter(Number.isFinite)) ?? []));
    return {
      raw: column(training.steps, training.values),
      smoothed: column(training.steps, smoothed),
      validation: column(validation.steps, validation.values),
    };
  });
  const last = runs.length === 0 ? planned : Math.max(1, ...runs.map((run) => run.steps));
  const [low, high] = extent(ends) ?? [0, 1];
  return { steps, runs: columns, last, low, high };
}

import { fieldsOf, numberAt, outcomeOf, type ComparedRun } from './run';

/** What a curve is drawn over: optimizer steps, tokens that were trained on, or seconds of training. */
export type Axis = 'step' | 'tokens' | 'time';

export interface Curve {
  /** Never falls. */
  readonly x: readonly number[];
  /** Null where the value is no number, as of a loss that diverged. */
  readonly y: readonly (number | null)[];
}

export interface Curves {
  /** By name of the series, a curve for each run; null where the run has none, or nothing tells its x. */
  readonly series: ReadonlyMap<string, readonly (Curve | null)[]>;
  /** Indices of the runs that measured something, but not what their x would be. */
  readonly missing: readonly number[];
}

type Points = readonly (readonly [step: number, value: number | null])[];

/** The series of all runs over the same axis. */
export function curves(runs: readonly ComparedRun[], axis: Axis): Curves {
  const own = runs.map((run) => outcomeOf(run)?.series ?? {});
  const scales = runs.map((run) => scale(run, axis));
  const names = new Set(own.flatMap(Object.keys));
  const series = new Map(
    [...names].map((name) => [name, own.map((one, run) => curve(Object.hasOwn(one, name) ? one[name]! : [], scales[run]!))]),
  );
  const missing = runs.flatMap((_, run) => (scales[run] === null && Object.keys(own[run]!).length > 0 ? [run] : []));
  return { series, missing };
}

/** Tokens of one optimizer step: as the run says or, where it does not, its configuration; else as measured. Null where nothing tells. */
export function tokensPerStep(run: ComparedRun): number | null {
  const metrics = outcomeOf(run)?.metrics ?? {};
  const value = (name: string, unit?: string): number | null => {
    const metric = Object.hasOwn(metrics, name) ? metrics[name]! : null;
    return metric && Number.isFinite(metric.value) && (unit === undefined || metric.unit === unit) ? metric.value : null;
  };
  const told = value('tokens_per_step');
  if (told !== null) return told;
  const fields = fieldsOf(run);
  const [context, batch] = [numberAt(fields, 'data.context'), numberAt(fields, 'training.batch_size')];
  // In version 1, a batch was that of one forward pass.
  const passes = run.entry.spec.version === 1 ? (numberAt(fields, 'training.gradient_accumulation') ?? 1) : 1;
  if (context !== null && batch !== null) return context * batch * passes;
  // Medians of the same steps: about what it was.
  const [rate, time] = [value('tokens_per_second', 'tokens/s'), value('step_time', 'ms')];
  return rate === null || time === null ? null : Math.round((rate * time) / 1000);
}

/** The x of a step; null where nothing tells. */
function scale(run: ComparedRun, axis: Axis): ((step: number) => number) | null {
  if (axis === 'step') return (step) => step;
  if (axis === 'time') return clock(outcomeOf(run)?.series['step_milliseconds'] ?? []);
  const tokens = tokensPerStep(run);
  return tokens === null ? null : (step) => step * tokens;
}

/** Seconds of training that had passed after a step. */
function clock(points: Points): ((step: number) => number) | null {
  const measured = sorted(points).filter((point): point is [number, number] => isNumber(point[1]));
  if (measured.length === 0) return null;
  const steps = measured.map(([step]) => step);
  let sum = 0;
  const seconds = measured.map(([, milliseconds]) => (sum += milliseconds) / 1000);
  return (step) => seconds[countUpTo(steps, step) - 1] ?? 0;
}

/** How many of the steps, which rise, are not beyond one. */
function countUpTo(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}

function curve(points: Points, x: ((step: number) => number) | null): Curve | null {
  if (points.length === 0 || x === null) return null;
  const ordered = sorted(points);
  return { x: ordered.map(([step]) => x(step)), y: ordered.map(([, value]) => (isNumber(value) ? value : null)) };
}

const isNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);
const sorted = (points: Points): Points => [...points].sort(([a], [b]) => a - b);

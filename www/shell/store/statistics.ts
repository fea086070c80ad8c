/** The engine's statistics of what a run measures, for a run that is still under way: the same ones, of what there is so far. */
import type { MemoryUse } from '../../types/generated/MemoryUse';
import type { Metric } from '../../types/generated/Metric';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Curve } from './run-view';

/** Last steps whose mean is the training loss. */
export const LOSS_STEPS = 10;

/** Lower quartile, median and upper quartile, by the nearest rank: values that were measured. Null of none. */
export function quartiles(values: readonly number[]): [low: number, median: number, high: number] | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (quarter: number): number => sorted[((sorted.length - 1) * quarter + 2) >> 2]!;
  return [at(1), at(2), at(3)];
}

/** The middle value; null of none. */
export const median = (values: readonly number[]): number | null => quartiles(values)?.[1] ?? null;

/** The training loss after a step: the mean of the last steps of the curve until there; null before its first. */
export function trainingLoss({ steps, values }: Curve, step = Infinity): number | null {
  const beyond = steps.findLastIndex((at) => at <= step) + 1;
  if (beyond === 0) return null;
  const last = values.slice(Math.max(0, beyond - LOSS_STEPS), beyond);
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}

/** What metrics are made of. */
export interface Measurements {
  spec: RunSpec;
  curve(series: string): Curve;
  memory: Record<string, MemoryUse>;
}

const metric = (value: number | null | undefined, unit: string, spread: Metric['spread'] = null): Metric | null =>
  value == null || !Number.isFinite(value) ? null : { value, unit, kind: 'measured', spread };

const NATS = 'nats/token';
const ofQuartiles = (found: ReturnType<typeof quartiles>, unit: string): Metric | null => found && metric(found[1], unit, [found[0], found[2]]);

/** By the metric's name in results. */
const SO_FAR: Record<string, (run: Measurements) => Metric | null> = {
  base_validation_loss: (run) => {
    const { steps, values } = run.curve('validation_loss');
    return metric(values[steps.indexOf(0)], NATS);
  },
  validation_loss: (run) => metric(run.curve('validation_loss').values.at(-1), NATS),
  loss: (run) => metric(trainingLoss(run.curve('loss')), NATS),
  step_time: (run) => ofQuartiles(quartiles(run.curve('step_milliseconds').values), 'ms'),
  tokens_per_second: (run) => {
    const found = quartiles(run.curve('step_milliseconds').values);
    const rate = (milliseconds: number): number => (run.spec.training.batch_size * run.spec.data.context * 1000) / milliseconds;
    return found && metric(rate(found[1]), 'tokens/s', [rate(found[2]), rate(found[0])]);
  },
  bubble_fraction: (run) => ofQuartiles(quartiles(run.curve('bubble_fraction').values), 'ratio'),
  transfer_fraction: (run) => ofQuartiles(quartiles(run.curve('transfer_fraction').values), 'ratio'),
  peak_memory: (run) => metric(run.memory.total?.peak_bytes, 'bytes'),
};

/** A metric of what a run measured so far; null where that is not made of its curves or memory. */
export const metricSoFar = (name: string, run: Measurements): Metric | null => (Object.hasOwn(SO_FAR, name) ? SO_FAR[name]!(run) : null);

/** What a category of memory took when all of them together took most: those of `memory.CATEGORY` add up to the peak. */
export const memoryAtPeak = (name: string, memory: Record<string, MemoryUse>): Metric | null =>
  metric(memory[name.slice('memory.'.length)]?.at_peak_bytes, 'bytes');

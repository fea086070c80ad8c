/** What lessons say of a run's time: measured, or computed for a core each where its ranks had to share cores. */
import type { TemplateResult } from 'lit';
import { ranksOf } from '../../../engine/spec/patch';
import { extent } from '../../../kit/extent';
import { quantity } from '../../../shell/figures/quantity';
import type { Bar } from '../../../shell/lesson/lesson';
import type { Outcome } from '../../../shell/lesson/prediction/question';
import type { ExperimentView } from '../../../shell/store/experiment-view';
import type { RunView } from '../../../shell/store/run-view';
import { valueWithUnit } from '../../../shell/text/values';
import type { Words } from '../../../shell/text/words';

/** A number of a run. */
export interface Said {
  run: string;
  /** The engine's name of what it is. */
  name: string;
  value: number;
  unit: string;
  spread: readonly [number, number] | null;
  /** Computed of what the ranks measured each by itself before the run, as if each had a core of its own. */
  modelled: boolean;
}

/** Cores of the machine that an experiment runs on. */
export const coresOf = (view: ExperimentView): number => view.environment?.cores ?? globalThis.navigator?.hardwareConcurrency ?? Infinity;

/** Whether a run has more ranks than there are cores: they take turns, and their times say little. */
export const sharesCores = (view: ExperimentView, { spec }: RunView): boolean => ranksOf(spec) > coresOf(view);

/** A metric of a run; null until it is there. */
export function metricOf(run: RunView, name: string): Said | null {
  const metric = run.figure(name);
  return metric && { run: run.name, name, value: metric.value, unit: metric.unit, spread: metric.spread, modelled: metric.kind === 'modelled' };
}

/** Time of a step in milliseconds. */
export function stepTime(view: ExperimentView, run: RunView): Said | null {
  if (!sharesCores(view, run)) return metricOf(run, 'step_time');
  const seconds = run.parallel.prediction?.timeline.makespan;
  return seconds === undefined ? null : { run: run.name, name: 'own_core_step_time', value: 1000 * seconds, unit: 'ms', spread: null, modelled: true };
}

/** Share of the forward and backward phase that ranks stand still. */
export const bubble = (view: ExperimentView, run: RunView): Said | null => metricOf(run, sharesCores(view, run) ? 'predicted_bubble_fraction' : 'bubble_fraction');

/** The forward and backward phase as a share of the step, from 0 to 1: the rest reduces gradients and updates weights. Measured in the last step. */
export function phaseShare(view: ExperimentView, run: RunView): number | null {
  const { timeline } = run.parallel.prediction ?? {};
  const [spans, whole] = sharesCores(view, run)
    ? [timeline?.spans.filter(({ action }) => action && 'micro_batch' in action) ?? [], timeline?.makespan ?? 0]
    : [run.ranks.flatMap(({ phase }) => phase ?? []), Math.max(...run.ranks.map(({ seconds }) => seconds))];
  const found = extent(spans.flatMap(({ start, end }) => [start, end]));
  return found && whole > 0 ? Math.min(1, (found[1] - found[0]) / whole) : null;
}

/** It in words, marked as that quantity. */
export const tell = (words: Words, { run, name, value, unit }: Said): TemplateResult => quantity(run, name, value, valueWithUnit(words, value, unit));

export const barOf = (said: Said | null): Bar | null => said && { value: said.value, spread: said.spread, modelled: said.modelled, quantity: said.name };

/** It as what a prediction is compared with, in another unit. */
export const outcomeOf = ({ value, spread }: Said, factor = 1): Outcome => ({ value: factor * value, spread: spread && [factor * spread[0], factor * spread[1]] });

/** Bytes that a rank sent in the last step, of one kind of communication or of all. */
export const bytesSent = (run: RunView, rank: number, kind?: string): number =>
  (run.ranks[rank]?.traffic ?? []).reduce((sum, sent) => sum + (kind === undefined || sent.kind === kind ? sent.bytes : 0), 0);

/** Messages that a rank sent in the last step. */
export const messagesSent = (run: RunView, rank: number): number => (run.ranks[rank]?.traffic ?? []).reduce((sum, { messages }) => sum + messages, 0);

/** Peak of a category of a rank's memory, in bytes. */
export const peakOf = (run: RunView, rank: number, category = 'total'): number => run.ranks[rank]?.memory[category]?.peak_bytes ?? 0;

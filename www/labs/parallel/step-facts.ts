/** What the lab says of a step: one value for each quantity, wherever it stands on the page. */
import { extent } from '../../kit/extent';
import type { RunView } from '../../shell/store/run-view';
import { median } from '../../shell/store/statistics';
import type { Planned } from '../../types/generated/Planned';
import type { Prediction } from '../../types/generated/Prediction';
import type { ParallelView } from './view';

/** Times in milliseconds, shares of one; null: not known yet. */
export interface StepFacts {
  /** Whether they are computed from what ranks measured before the run, as if each had a core of its own; else they are medians over the steps. */
  modelled: boolean;
  time: number | null;
  /** The same step on one rank. */
  alone: number | null;
  /** How many times as fast as one rank. */
  speedUp: number | null;
  /** Share of the forward and backward phase that ranks wait. */
  bubble: number | null;
  /** Share of the step that ranks spend on transfer. */
  transfer: number | null;
  /** Share of the forward and backward phase that each stage computes in. */
  stages: number[] | null;
}

/** Names of quantities, as the engine has them, of which the page has one value each. */
export const MEASURED = { time: 'step_time', bubble: 'bubble_fraction' };
export const MODELLED = { time: 'own_core_step_time', bubble: 'predicted_bubble_fraction' };

const NONE = { time: null, alone: null, speedUp: null, bubble: null, transfer: null, stages: null };

/** What is said of the last run, by how it is to be shown. */
export function stepFacts(view: ParallelView): StepFacts {
  const { measured: run, alone, ownCores } = view;
  if (!ownCores) return run ? measuredFacts(run, alone) : { modelled: false, ...NONE };
  const { planned, prediction } = run?.parallel ?? {};
  return planned && prediction ? modelledFacts(planned, prediction) : { modelled: true, ...NONE };
}

/** The medians over the steps so far. */
export function measuredFacts(run: RunView, alone: RunView | null): StepFacts {
  const of = (run: RunView | null, figure: string): number | null => run?.figure(figure)?.value ?? null;
  const [time, one] = [of(run, MEASURED.time), of(alone, MEASURED.time)];
  return {
    modelled: false,
    time,
    alone: one,
    speedUp: time !== null && one !== null ? one / time : null,
    bubble: of(run, MEASURED.bubble),
    transfer: of(run, 'transfer_fraction'),
    stages: stagesSoFar(run),
  };
}

function stagesSoFar(run: RunView): number[] | null {
  const stages = Array.from({ length: run.spec.mesh.pipeline }, (_, stage) => median(run.curve(`stage_${stage}_compute_fraction`).values));
  return stages.every((share) => share !== null) ? stages : null;
}

/** As if each rank had a core of its own. */
export function modelledFacts(planned: Planned, { timeline, bubble_fraction, one_rank_seconds }: Prediction): StepFacts {
  const { makespan, ranks, spans } = timeline;
  const transfer = ranks.reduce((sum, use) => sum + use.transfer, 0);
  const work = spans.filter(({ action }) => action && 'micro_batch' in action);
  const [start, end] = extent(work.flatMap(({ start, end }) => [start, end])) ?? [0, 0];
  // The timeline is that of one replica's pipeline, with a row for each stage.
  const stages = planned.schedule.map((_, stage) =>
    work.reduce((sum, { rank, kind, start, end }) => (rank === stage && kind === 'compute' ? sum + end - start : sum), 0) / (end - start),
  );
  return {
    modelled: true,
    time: 1000 * makespan,
    // Kept by an earlier version, it is not known.
    alone: one_rank_seconds > 0 ? 1000 * one_rank_seconds : null,
    speedUp: one_rank_seconds > 0 && makespan > 0 ? one_rank_seconds / makespan : null,
    bubble: bubble_fraction,
    transfer: makespan > 0 ? transfer / (makespan * ranks.length) : null,
    stages: end > start ? stages : null,
  };
}

/** The same training on one rank, alone: what a mesh is compared with. */
import { TinyaiError, problemsOf } from '../engine/error';
import type { MeshSpec } from '../types/generated/MeshSpec';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Planned } from '../types/generated/Planned';
import type { Problem } from '../types/generated/Problem';
import type { RankStep } from '../types/generated/RankStep';
import type { Baseline } from './session';
import { summary } from './summary';
import type { World } from './world';

/** Milliseconds without a sign of life: one rank has whole batches to compute, and no other waits for it. */
const PATIENCE = 30_000;

/** The spec on one rank, with its memory limit but as fast as it is. */
export function onOneRank(spec: ParallelSpec): ParallelSpec {
  const mesh: MeshSpec = {
    ...spec.mesh,
    data: 1,
    pipeline: 1,
    tensor: 1,
    micro_batches: 1,
    schedule: '1f1b',
    chunks_per_stage: 1,
    partition: 'even',
    zero: 'none',
    sequence_parallel: false,
  };
  return { ...spec, mesh, communication: { ...spec.communication, compression: 'none' }, ranks: { ...spec.ranks, unequal: [] } };
}

/** As much of a plan as a summary of one rank needs. */
const ALONE = { ranks: [{ rank: 0, data: 0, pipeline: 0, tensor: 0 }] } as unknown as Planned;

/** Trains `spec` in a world of one rank, as long as `goesOn`; gives why it cannot be, where its memory is too small. */
export async function trainAlone(world: World, spec: ParallelSpec, goesOn: () => boolean, measured: (baseline: Baseline) => void): Promise<Problem | null> {
  world.patience = PATIENCE;
  const baseline: Baseline = { losses: [], seconds: [], memory: {} };
  try {
    await world.run({ program: 'prepare', spec: onOneRank(spec), stages: null });
    for (let step = 0; step < spec.training.steps && goesOn(); step++) {
      const [rank] = (await world.run({ program: 'train', steps: 1 })) as RankStep[];
      baseline.losses.push(rank!.loss);
      baseline.seconds.push(summary(ALONE, [rank!]).seconds);
      baseline.memory = rank!.memory;
      measured(baseline);
    }
    return null;
  } catch (error) {
    const [problem] = error instanceof TinyaiError ? problemsOf(error) : [];
    if (problem?.code !== 'out_of_memory') throw error;
    return problem;
  }
}

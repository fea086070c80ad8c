/** The spec that a shelf is opened with: the page's base, and a run for each adapter that a run has trained. */
import mergePatch from 'json-merge-patch';
import type { RunSpec } from '../../../../types/generated/RunSpec';
import type { Spec } from '../../../../types/generated/Spec';
import type { Item } from './item';

/** Runs that a spec may have: as many adapters of runs are on a shelf at most. */
export const MOST_TRAINED = 8;

/** What an adapter is used on is one model on one rank, however it was trained. */
const alone = (config: RunSpec): RunSpec => ({ ...config, mesh: { ...config.mesh, data: 1, pipeline: 1, tensor: 1 } });

/** Items that runs have trained, in the order of the spec's runs. */
export const trained = (items: readonly Item[]) => items.flatMap((item) => (item.origin.kind === 'run' ? [{ item, origin: item.origin }] : []));

export function shelfSpec({ experiment, version, base }: Spec, items: readonly Item[]): Spec {
  const own = alone(base);
  const runs = trained(items).map(({ origin }, run) => ({ name: `adapter ${run + 1}`, patch: (mergePatch.generate(own, alone(origin.config)) ?? {}) as Record<string, unknown> }));
  return { experiment, version, base: own, runs: runs.length > 0 ? runs : [{ name: 'base', patch: {} }] };
}

/** What a shelf's base depends on: shelves of the same key give the same numbers. */
export function baseKey({ base: { model, data, evaluation, fine_tuning } }: Spec): string {
  return JSON.stringify([model, data, evaluation.tokens, fine_tuning.quantization]);
}

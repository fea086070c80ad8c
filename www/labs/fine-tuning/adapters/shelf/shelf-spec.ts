/** The spec that a shelf is opened with: the page's base, and a run for each adapter that a run has trained. */
import mergePatch from 'json-merge-patch';
import { equal, ranksOf } from '../../../../engine/spec/patch';
import type { ShelfSource } from '../../../../engine/shelf/shelf';
import type { RunSpec } from '../../../../types/generated/RunSpec';
import type { Spec } from '../../../../types/generated/Spec';
import type { Item } from './item';
import { onSeveralRanks, otherBase, tooManyTrained } from './problems';

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
export function baseKey({ base: { model, data, evaluation, fine_tuning, resources } }: Spec): string {
  return JSON.stringify([model, data, evaluation.tokens, fine_tuning.quantization, resources.memory_limit]);
}

/** Whether the validation loss of one is measured on the same tokens as that of the other. */
export const measuredAlike = (a: RunSpec, b: RunSpec): boolean => a.evaluation.tokens === b.evaluation.tokens && equal(a.data, b.data);

/** Items that fit a base, as far as is known without an engine, and into a spec. */
export function usable(items: readonly Item[], base: string): Item[] {
  const fitting = items.filter(({ origin }) => origin.kind !== 'run' || (origin.config.model.base === base && ranksOf(origin.config) === 1));
  const kept = new Set(trained(fitting).slice(0, MOST_TRAINED).map(({ item }) => item));
  return fitting.filter((item) => item.origin.kind !== 'run' || kept.has(item));
}

/** What an item is put on a shelf of these items from. Fails with a `TinyaiError` where it does not fit. */
export function sourceOf(item: Item, items: readonly Item[], base: string): ShelfSource {
  const { origin } = item;
  if (origin.kind !== 'run') return { files: origin.files };
  const { config, state } = origin;
  if (config.model.base !== base) throw otherBase(config.model.base, base);
  if (ranksOf(config) > 1) throw onSeveralRanks(ranksOf(config));
  const run = trained(usable(items, base)).findIndex((one) => one.item === item);
  if (run < 0) throw tooManyTrained(MOST_TRAINED);
  return { run, state };
}

/** What a run trains, one after the other: a fork first does what the run did that it is a fork of. */
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { get, parentOf, resolve, unset, type Tree } from './patch';
import { applies, FIELDS } from './schema';

/** A stretch of a run with the same settings. */
export interface Leg {
  spec: RunSpec;
  /** Optimizer steps done before it. */
  from: number;
}

/** Those of a run, its own last. */
export function legsOf(spec: Spec, run: number, depth = spec.runs.length): Leg[] {
  const parent = parentOf(spec, run);
  const own = resolve(spec, run);
  if (parent < 0 || depth === 0) return [{ spec: own, from: 0 }];
  const from = spec.runs[run]!.fork!.step;
  return [...legsOf(spec, parent, depth - 1).filter((leg) => leg.from < from || leg.from === 0), { spec: own, from }];
}

/** Runs of the same key train the same: what matters only to another method, mesh or model does not count. */
export const keyOf = (spec: Spec, run: number): string => JSON.stringify(legsOf(spec, run).map(({ spec: leg, from }) => ({ spec: relevant(leg), from })));

/** A configuration without the fields that do not matter to it. */
function relevant(spec: RunSpec): Tree {
  let left = spec as unknown as Tree;
  for (const field of FIELDS.values()) if (!applies(field, (path) => get(spec, path))) left = unset(left, field.path);
  return left;
}

/** The run of a spec that trains as one of another does; -1 for none. */
export function sameRun(spec: Spec, other: Spec, run: number): number {
  const key = keyOf(other, run);
  return spec.runs.findIndex((_, i) => keyOf(spec, i) === key);
}

/** A run of another spec, and those that it is a fork of, as far as a spec has none that train the same. */
export function missing(spec: Spec, other: Spec, run: number): number[] {
  if (run < 0 || sameRun(spec, other, run) >= 0) return [];
  return [run, ...missing(spec, other, parentOf(other, run))];
}

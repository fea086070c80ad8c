/** What a run trains, one after the other: a fork first does what the run did that it is a fork of. */
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { parentOf, resolve } from './patch';

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

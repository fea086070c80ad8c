/** Telling that a training went wrong long before its numbers are none. */
import type { Curve } from './run-view';

export interface Divergence {
  step: number;
  loss: number;
  /** The loss that it began with. */
  start: number;
}

/** Nats that a loss may rise above its start, and as a share of it: whichever is more. */
const RISE = 1;
const SHARE = 0.25;
/** Steps in a row that it has to be above, so that one hard batch is no alarm. */
const IN_A_ROW = 3;

/** Whether a loss is far above its start at a point of its curve, and was at those before it. */
export function divergenceAt({ steps, values }: Curve, at: number): Divergence | null {
  const start = values[0]!;
  const limit = start + Math.max(RISE, start * SHARE);
  const last = values.slice(Math.max(1, at - IN_A_ROW + 1), at + 1);
  const risen = last.length === IN_A_ROW && last.every((loss) => loss > limit);
  return risen ? { step: steps[at]!, loss: values[at]!, start } : null;
}

/** The first of a curve; null: it has none. */
export function divergence(curve: Curve): Divergence | null {
  for (let at = 0; at < curve.steps.length; at++) {
    const found = divergenceAt(curve, at);
    if (found) return found;
  }
  return null;
}

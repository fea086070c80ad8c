/** The losses of a mesh beside those of one rank. */
import type { Curve } from '../../shell/store/run-view';

/** How far the mesh's losses are from those of one rank at most, relative to those, at steps that both have; null: there are none yet. */
export function largestDifference(alone: Curve, mesh: Curve): { relative: number; step: number } | null {
  let largest: { relative: number; step: number } | null = null;
  let [a, m] = [0, 0];
  while (a < alone.steps.length && m < mesh.steps.length) {
    const [one, other] = [alone.steps[a]!, mesh.steps[m]!];
    if (one === other) {
      const relative = Math.abs(mesh.values[m]! - alone.values[a]!) / Math.abs(alone.values[a]!);
      if (largest === null || relative > largest.relative) largest = { relative, step: one };
    }
    if (one <= other) a++;
    if (other <= one) m++;
  }
  return largest;
}

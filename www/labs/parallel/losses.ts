/** The losses of a mesh beside those of one rank. */
import type { Curve } from '../../shell/store/run-view';

/** Both at every step that either has, in order; null where one has none. */
export interface Beside {
  steps: number[];
  alone: (number | null)[];
  mesh: (number | null)[];
}

export function beside(alone: Curve, mesh: Curve): Beside {
  const found: Beside = { steps: [], alone: [], mesh: [] };
  let [a, m] = [0, 0];
  while (a < alone.steps.length || m < mesh.steps.length) {
    const step = Math.min(alone.steps[a] ?? Infinity, mesh.steps[m] ?? Infinity);
    found.steps.push(step);
    found.alone.push(alone.steps[a] === step ? alone.values[a++]! : null);
    found.mesh.push(mesh.steps[m] === step ? mesh.values[m++]! : null);
  }
  return found;
}

/** How far the mesh's losses are from those of one rank at most, relative to those; null: there is nothing to compare yet. */
export function largestDifference({ steps, alone, mesh }: Beside): { relative: number; step: number } | null {
  let largest: { relative: number; step: number } | null = null;
  for (const [i, step] of steps.entries()) {
    const [one, many] = [alone[i], mesh[i]];
    if (one == null || many == null) continue;
    const relative = Math.abs(many - one) / Math.abs(one);
    if (largest === null || relative > largest.relative) largest = { relative, step };
  }
  return largest;
}

/** What the figures of an adapter's anatomy come to, in numbers. */
import type { ModuleChange } from '../../../../types/generated/ModuleChange';
import type { Survival } from '../../../../types/generated/Survival';

/** How many of some singular values, the largest first, hold a share of the squared norm of all. */
export function needed(values: readonly number[], share: number): number {
  const all = squares(values);
  if (all === 0) return 0;
  let held = 0;
  for (const [i, value] of values.entries()) {
    held += value * value;
    // Sums round.
    if (held >= share * all * (1 - 1e-12)) return i + 1;
  }
  return values.length;
}

/** The share of the squared norm that each number of values holds, from one on. */
export function cumulative(values: readonly number[]): number[] {
  const all = squares(values);
  let held = 0;
  return values.map((value) => {
    held += value * value;
    return all === 0 ? 1 : held / all;
  });
}

const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value * value, 0);

/** Mean over modules of the share that each number of values holds; a module with fewer values holds all with its last. */
export function meanCumulative(changes: readonly Pick<ModuleChange, 'singular_values'>[]): number[] {
  const each = changes.map(({ singular_values }) => cumulative(singular_values)).filter((shares) => shares.length > 0);
  const most = Math.max(0, ...each.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) => each.reduce((sum, shares) => sum + (shares[i] ?? 1), 0) / each.length);
}

/** How far the model went, as a share of how far it is from nought; null where the weight is nought. */
export const relative = ({ norm, weight_norm }: Pick<ModuleChange, 'norm' | 'weight_norm'>): number | null => (weight_norm > 0 ? norm / weight_norm : null);

/** Where a module is: in which layer (null: in none), and what it is called there. */
export interface Place {
  layer: number | null;
  role: string;
}

/** The place of a module by its path: `model.layers.2.self_attn.q_proj`. */
export function placeOf(path: string): Place {
  const layer = /(?:^|\.)layers\.(\d+)\./.exec(path)?.[1];
  return { layer: layer === undefined ? null : Number(layer), role: path.split('.').at(-1)! };
}

/** In this order as far as they are there, and any others after them. */
const ROLES = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const orderOf = (role: string): number => (ROLES.includes(role) ? ROLES.indexOf(role) : ROLES.length);

/** Numbers of modules as a table: a row for each layer, those in none last. */
export interface Grid {
  layers: readonly (number | null)[];
  roles: readonly string[];
  values: (number | null)[][];
}

export function gridOf(found: readonly (Place & { value: number | null })[]): Grid {
  const layers = [...new Set(found.map(({ layer }) => layer))].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const roles = [...new Set(found.map(({ role }) => role))].sort((a, b) => orderOf(a) - orderOf(b) || a.localeCompare(b));
  const at = (layer: number | null, role: string): number | null => found.find((one) => one.layer === layer && one.role === role)?.value ?? null;
  return { layers, roles, values: layers.map((layer) => roles.map((role) => at(layer, role))) };
}

/** The greatest of some, with where it is; null: there is none. */
export function greatest<T extends { value: number | null }>(found: readonly T[]): (T & { value: number }) | null {
  let best: (T & { value: number }) | null = null;
  for (const one of found) if (one.value !== null && Number.isFinite(one.value) && (best === null || one.value > best.value)) best = one as T & { value: number };
  return best;
}

export const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length);

/** Means by layer, of what lies in one; in the layers' order. */
export function byLayer(found: readonly { layer: number | null; value: number }[]): { layer: number; value: number }[] {
  const layers = [...new Set(found.flatMap(({ layer }) => layer ?? []))].sort((a, b) => a - b);
  return layers.map((layer) => ({ layer, value: mean(found.flatMap((one) => (one.layer === layer ? one.value : [])))! }));
}

/** Less than that, in nats per token, was learned by chance: a share of it says nothing. */
export const LEAST_GAIN = 0.01;

/** The share of what was learned that is left after a stage: 1 as after training, 0 as before. Null where too little was learned. */
export function survives(stages: readonly Survival[], stage: Survival['stage']): number | null {
  const loss = (wanted: Survival['stage']): number | undefined => stages.find((one) => one.stage === wanted)?.loss;
  const [base, trained, now] = [loss('base'), loss('trained'), loss(stage)];
  if (base === undefined || trained === undefined || now === undefined || base - trained < LEAST_GAIN) return null;
  return (base - now) / (base - trained);
}

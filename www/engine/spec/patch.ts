/** Runs are merge patches (RFC 7386) on a base; these are the few things done with them. */
import mergePatch from 'json-merge-patch';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { defaultRun } from './defaults';

/** The tree of a JSON object. */
export type Tree = { [name: string]: unknown };

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a dotted path; undefined where there is none. */
export function get(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isTree(at) ? at[name] : undefined), tree);
}

/** A copy with the value at a dotted path replaced. */
export function set<T>(tree: T, path: string, value: unknown): T {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  const copy: Tree = isTree(tree) ? { ...tree } : {};
  copy[name] = rest.length === 0 ? value : set(copy[name] ?? {}, rest.join('.'), value);
  return copy as T;
}

/** A copy without the value at a dotted path, and without the objects this leaves empty. */
export function unset(tree: Tree, path: string): Tree {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  const { [name]: child, ...others } = tree;
  if (rest.length === 0 || !isTree(child)) return others;
  const left = unset(child, rest.join('.'));
  return Object.keys(left).length === 0 ? others : { ...tree, [name]: left };
}

/** Dotted paths of all leaves, of which those that `whole` names are not looked into. */
export function leaves(tree: unknown, whole: (path: string) => boolean = () => false, prefix = ''): string[] {
  if (!isTree(tree) || whole(prefix)) return [prefix];
  return Object.entries(tree).flatMap(([name, child]) => leaves(child, whole, prefix ? `${prefix}.${name}` : name));
}

/** Equality of JSON values, by value. */
export const equal = (a: unknown, b: unknown): boolean => mergePatch.generate({ value: a }, { value: b }) === undefined;

/** The run that a run is a fork of; -1 for none. */
export const parentOf = (spec: Spec, run: number): number => {
  const other = spec.runs[run]?.fork?.run;
  return other === undefined ? -1 : spec.runs.findIndex(({ name }) => name.trim() === other.trim());
};

/** What a run's patch is a patch on: the base, or the whole configuration of the run that it is a fork of. */
export function ground(spec: Spec, run: number, depth = spec.runs.length): RunSpec {
  const parent = parentOf(spec, run);
  // A circle is refused by the check; here it only has to end.
  return parent < 0 || depth === 0 ? spec.base : resolve(spec, parent, depth - 1);
}

/** A run's ground with the run's patch applied; what the patch takes away by null is missing. */
export function patched(spec: Spec, run: number, depth = spec.runs.length): object {
  return mergePatch.apply(structuredClone(ground(spec, run, depth)), structuredClone(spec.runs[run]?.patch ?? {})) as object;
}

/** The whole configuration of a run; what its patch takes away is default again. */
export function resolve(spec: Spec, run: number, depth = spec.runs.length): RunSpec {
  return mergePatch.apply(structuredClone(defaultRun), patched(spec, run, depth)) as RunSpec;
}

/** Ranks of a run. */
export const ranksOf = ({ mesh }: RunSpec): number => mesh.data * mesh.pipeline * mesh.tensor;

/** Sets a field of a run; a value equal to its ground's leaves the patch without it. */
export function setInRun(spec: Spec, run: number, path: string, value: unknown): Spec {
  return changePatch(spec, run, (patch) => (equal(get(ground(spec, run), path), value) ? unset(patch, path) : set(patch, path, value)));
}

/** Gives a field of a run back the value of its ground. */
export function resetInRun(spec: Spec, run: number, path: string): Spec {
  return changePatch(spec, run, (patch) => unset(patch, path));
}

function changePatch(spec: Spec, run: number, change: (patch: Tree) => Tree): Spec {
  return { ...spec, runs: spec.runs.map((entry, i) => (i === run ? { ...entry, patch: change(entry.patch) } : entry)) };
}

/** Sets a field of the base; what runs say of it stays. */
export function setInBase(spec: Spec, path: string, value: unknown): Spec {
  return { ...spec, base: set(spec.base, path, value) };
}

/** Specs that leave out what is default, from whoever wrote them. */
import mergePatch from 'json-merge-patch';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { defaultRun, SPEC_VERSION } from './defaults';
import { ground, isTree, resolve, type Tree } from './patch';
import { fits, runSchema, schema } from './schema';

/**
 * The spec that some JSON stands for, with all that it leaves out and, where it names none, with these runs; null where it has not the shape
 * of a spec, so that no form can show it. The engine's check says why.
 */
export function whole(json: unknown, givenRuns: Spec['runs'] = []): Spec | null {
  if (!isTree(json)) return null;
  const { base = {}, runs = givenRuns, ...rest } = structuredClone(json);
  // In a patch, null is what gives a field back its default; there is nothing to give back in the base, and the engine refuses it.
  if (holdsNull(base)) return null;
  const merged = mergePatch.apply(structuredClone(defaultRun), base as object) as RunSpec;
  const written = { experiment: 'train', version: SPEC_VERSION, ...rest, base: merged, runs } as Spec;
  if (!fits(written, schema) || written.runs.length === 0) return null;
  const spec: Spec = { ...written, runs: written.runs.map((run) => ({ ...run, patch: run.patch ?? {} })) };
  if (!spec.runs.every((_, run) => fits(resolve(spec, run), runSchema))) return null;
  return { ...spec, runs: spec.runs.map((run, i) => (holdsNull(run.patch) ? { ...run, patch: explicit(spec, i) } : run)) };
}

/** A run's patch with the defaults that it asks for by null. */
const explicit = (spec: Spec, run: number): Tree => (mergePatch.generate(ground(spec, run), resolve(spec, run)) ?? {}) as Tree;

const holdsNull = (value: unknown): boolean => value === null || (isTree(value) && Object.values(value).some(holdsNull));

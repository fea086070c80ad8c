/** What a spec leaves out. */
import mergePatch from 'json-merge-patch';
import defaultSpecJson from '../../types/generated/default_spec.json' with { type: 'json' };
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';

/** Full fine-tuning beside LoRA. */
export const defaultSpec = defaultSpecJson as unknown as Spec;

/** A run of which nothing is said. */
export const defaultRun: RunSpec = defaultSpec.base;

/** The version of specs that this site writes. */
export const SPEC_VERSION = defaultSpec.version;

/** A spec by what its base changes of the defaults, and its runs. */
export const specOf = (base: object, runs: Spec['runs']): Spec => ({
  experiment: 'train',
  version: SPEC_VERSION,
  base: mergePatch.apply(structuredClone(defaultRun), structuredClone(base)) as RunSpec,
  runs,
});

/** The shortest that says the same: its base without what is default. */
export function shortened(spec: Spec): object {
  const base: unknown = mergePatch.generate(defaultRun, spec.base);
  return { version: spec.version, ...(base !== undefined && { base }), runs: spec.runs };
}

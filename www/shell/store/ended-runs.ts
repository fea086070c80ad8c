/** Runs that need not be run again, for they would give the same. */
import { keyOf } from '../../engine/spec/legs';
import type { SavedRun } from '../../engine/wasm';
import type { Environment } from '../../types/generated/Environment';
import type { Spec } from '../../types/generated/Spec';
import type { ExperimentView } from './experiment-view';

/** What times depend on, and what bits may: results of another machine, browser or build are not those that a run would give here. */
const SAME = ['engine', 'variant', 'threads', 'cores', 'user_agent'] as const satisfies (keyof Environment)[];

/** The runs of a spec that finished here in experiments that are shown; none where all did: whoever runs them again wants to measure again. */
export function endedRuns(spec: Spec, shown: readonly (ExperimentView | null)[], here: Environment | null): SavedRun[] {
  const known = shown.flatMap((view) => (view ? finishedIn(view, here) : []));
  const ended = spec.runs.flatMap(({ name }, run) => {
    const key = keyOf(spec, run);
    const same = known.find((one) => one.key === key);
    return same ? [{ run, result: { ...same.result, name }, state: null }] : [];
  });
  return ended.length < spec.runs.length ? ended : [];
}

function finishedIn({ spec, result }: ExperimentView, here: Environment | null) {
  if (!result || !here || SAME.some((fact) => result.environment[fact] !== here[fact])) return [];
  return result.runs.flatMap((run, i) => (run.status === 'finished' ? [{ key: keyOf(spec, i), result: run }] : []));
}

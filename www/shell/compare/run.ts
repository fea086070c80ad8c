/** A run out of any entry, old or new, of any lab. */
import { patched } from '../../engine/spec/patch';
import type { Environment } from '../../types/generated/Environment';
import type { RunResult } from '../../types/generated/RunResult';
import type { Spec } from '../../types/generated/Spec';
import type { Entry } from '../library';

export interface ComparedRun {
  readonly entry: Pick<Entry, 'spec' | 'result'>;
  /** Which of the entry's runs. */
  readonly index: number;
}

/** What a run measured; null where it has not begun. */
export const outcomeOf = ({ entry, index }: ComparedRun): RunResult | null => entry.result?.runs[index] ?? null;

/** Where a run ran; null where it has not begun. */
export const environmentOf = (run: ComparedRun): Environment | null => (outcomeOf(run) ? (run.entry.result?.environment ?? null) : null);

/** The whole configuration of a run by dotted path; lists are leaves, and so are empty objects. */
export function fieldsOf({ entry, index }: ComparedRun): Map<string, unknown> {
  const { patch: _patch, name: _name, ...others } = entry.spec.runs[index] ?? { name: '' };
  // The defaults of today need not be those of older specs.
  const whole: unknown = patched(entry.spec as Spec, index);
  // What a run says beside its patch, such as the run that it goes on from.
  return new Map([...leaves(whole), ...leaves(others)]);
}

/** A field that is a number; null where it is none. */
export function numberAt(fields: ReadonlyMap<string, unknown>, path: string): number | null {
  const value = fields.get(path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The last step that a run has a point of; null where it has none. */
export function stepsOf(run: ComparedRun): number | null {
  const steps = Object.values(outcomeOf(run)?.series ?? {}).map((points) => points.at(-1)?.[0] ?? 0);
  return steps.length > 0 ? Math.max(...steps) : null;
}

function leaves(tree: unknown, path: string[] = []): [string, unknown][] {
  const isNode = typeof tree === 'object' && tree !== null && !Array.isArray(tree) && Object.keys(tree).length > 0;
  if (isNode) return Object.entries(tree).flatMap(([name, child]) => leaves(child, [...path, name]));
  return path.length === 0 ? [] : [[path.join('.'), tree]];
}

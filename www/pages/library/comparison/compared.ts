/** The runs that are compared, as far as the library has them. */
import type { Entry } from '../../../shell/library';
import type { ChosenRun } from '../choice';
import type { Desk } from '../desk';

export interface Compared {
  readonly chosen: ChosenRun;
  readonly entry: Entry;
  readonly index: number;
  readonly name: string;
}

/** What tells a run apart from those of other experiments. */
export const identityOf = ({ entry, index }: Compared): string => `${entry.id}#${index}`;

/** Null while they are read. */
export function comparedRuns(desk: Desk): { runs: readonly Compared[]; missing: readonly ChosenRun[] } | null {
  const asked = desk.compared ?? [];
  const entries = asked.map(({ id }) => desk.entry(id));
  if (entries.includes(undefined)) return null;
  const runs = asked.flatMap((chosen, i) => {
    const entry = entries[i];
    const run = entry?.spec.runs[chosen.run];
    return entry && run ? [{ chosen, entry, index: chosen.run, name: run.name }] : [];
  });
  return { runs, missing: asked.filter((chosen) => !runs.some((run) => run.chosen === chosen)) };
}

/** Names that tell runs apart: with that of the experiment where several have the same. */
export function namesOf(runs: readonly Compared[]): string[] {
  return runs.map(({ name, entry }) => (runs.filter((other) => other.name === name).length > 1 ? `${name} (${entry.name})` : name));
}

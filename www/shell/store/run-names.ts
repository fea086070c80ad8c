/** Names of runs that come. */
import type { Spec } from '../../types/generated/Spec';

export interface RunNames {
  newRun(number: number): string;
  copyOf(name: string): string;
  /** Of a run that begins where another was after some steps. */
  fork(name: string, step: number): string;
  /** Of a run by its fine-tuning method, as the spec writes it. */
  ofMethod(method: string): string;
}

/** Letters of a name, at most. */
const LONGEST = 40;

/** A name that no run has yet: the wanted one, or that with a number. */
export function freeName({ runs }: Spec, wanted: string): string {
  const taken = new Set(runs.map(({ name }) => name.trim()));
  const fit = (end: string): string => [...wanted].slice(0, LONGEST - end.length).join('') + end;
  let name = fit('');
  for (let i = 2; taken.has(name); i++) name = fit(` ${i}`);
  return name;
}

/** Whether a run has a name, or, since another has it, that with a number. */
export const isCalled = (name: string, wanted: string): boolean => name.trim().replace(/ \d+$/, '').toLowerCase() === wanted.toLowerCase();

/** The same experiment, with its runs called otherwise. */
export const renamed = (spec: Spec, nameOf: (name: string) => string): Spec => ({
  ...spec,
  runs: spec.runs.map((run) => ({ ...run, name: nameOf(run.name), ...(run.fork && { fork: { ...run.fork, run: nameOf(run.fork.run) } }) })),
});

/** The name of a fork, which says the step however long the other run's is. */
export function forkName(names: RunNames, run: string, step: number): string {
  const letters = [...run];
  const over = Math.max(0, [...names.fork(run, step)].length - LONGEST);
  return names.fork(letters.slice(0, letters.length - over).join(''), step);
}

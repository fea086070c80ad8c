/** Runs of entries that somebody chose, as an address names them: `ID:run,ID:run`. */

export interface ChosenRun {
  /** Of the entry. */
  readonly id: string;
  /** Index of the run. */
  readonly run: number;
}

/** Most runs that are told apart side by side. */
export const MOST_COMPARED = 8;

export const sameRun = (a: ChosenRun, b: ChosenRun): boolean => a.id === b.id && a.run === b.run;

/** What the query of an address asks to compare, each run once; null where it asks for no comparison. */
export function comparedIn(search: string): ChosenRun[] | null {
  const text = new URLSearchParams(search).get('compare');
  if (text === null) return null;
  const found: ChosenRun[] = [];
  for (const part of text.split(',')) {
    const [, id, run] = /^([\w-]{1,64}):(\d{1,3})$/.exec(part.trim()) ?? [];
    if (id === undefined) continue;
    const chosen = { id, run: Number(run) };
    if (!found.some((other) => sameRun(other, chosen))) found.push(chosen);
  }
  return found.slice(0, MOST_COMPARED);
}

/** The query that asks to compare; empty for none. */
export const queryOf = (chosen: readonly ChosenRun[] | null): string =>
  chosen === null ? '' : `?compare=${chosen.map(({ id, run }) => `${id}:${run}`).join(',')}`;

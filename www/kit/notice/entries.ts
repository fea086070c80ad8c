/** What a notice says, put together from what several runs and checks found. */

/** One thing that is wrong. */
export interface NoticeItem {
  /** What is wrong and what to do, with fields named in braces, see `renderReferences`. */
  message: string;
  /** Path of the field in which it can be mended. */
  field?: string;
  /** The run that it is of. */
  run?: string;
}

/** One thing that is said. */
export interface NoticeEntry {
  message: string;
  field?: string;
  /** The runs that it is true of; none: it is of all. */
  runs: string[];
}

/** Says once what is said of several runs, or found by several checks, in the order of what came first. */
export function entries(items: readonly NoticeItem[]): NoticeEntry[] {
  const said = new Map<string, NoticeEntry & { whole: boolean }>();
  for (const { message, field, run } of items) {
    const key = `${field ?? ''}\n${message}`;
    const entry = said.get(key) ?? { message, ...(field === undefined ? {} : { field }), runs: [], whole: false };
    said.set(key, entry);
    if (run === undefined) entry.whole = true;
    else if (!entry.runs.includes(run)) entry.runs.push(run);
  }
  return [...said.values()].map(({ whole, runs, ...entry }) => ({ ...entry, runs: whole ? [] : runs }));
}

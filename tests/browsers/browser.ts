/** A browser as far as a smoke run needs one. */
export interface Browser {
  /** Loads a page, and resolves once its scripts have run. */
  open(address: string): Promise<void>;
  /** What a function gives in the page. It knows only its arguments; they and what it gives must be JSON. */
  evaluate<A extends unknown[], R>(work: (...args: A) => R | Promise<R>, ...args: A): Promise<R>;
  /** The visible part of the page, as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** What a page may take to load or to answer, in milliseconds; a training in it may take most of this. */
export const PATIENCE = 90_000;

/** A call of `work` as an expression, whose value is a promise of JSON text. */
export const expression = (work: (...args: never[]) => unknown, args: unknown[]): string =>
  `(async () => JSON.stringify((await (${work})(...${JSON.stringify(args)})) ?? null))()`;

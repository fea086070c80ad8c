/** The messages between a {@link World} and its rank workers. Every request with an id is answered. */

/** What ranks exchange their messages through. */
export type Wire =
  /** Rings in memory that all ranks share: needs a cross-origin isolated page. */
  | { kind: 'shared'; memory: SharedArrayBuffer }
  /** A port to every other rank, at its place; null at this rank's own. */
  | { kind: 'ports'; ports: (MessagePort | null)[] };

/** How ranks reach a common result. */
export type Algorithm = 'ring' | 'tree' | 'naive';

/** What all ranks run together. */
export type Program =
  /** Checks every collective; gives the number of checks. */
  | { program: 'self_check' }
  /** Median seconds of an all-reduce of `floats` floats. */
  | { program: 'all_reduce'; floats: number; algorithm: Algorithm; rounds: number };

/** From the page to a rank's worker. */
export type RankRequest =
  /** Load the engine and join the world; answered when done. */
  | { type: 'join'; id: number; engineBase: string; rank: number; ranks: number; wire: Wire }
  /** Run a program; answered with what it gives. */
  | ({ type: 'run'; id: number } & Program)
  /** See all messages out and end; answered when done. */
  | { type: 'close'; id: number }
  /** The run is stopped. Not answered, and not heard while the worker waits in shared memory, where a word says so. */
  | { type: 'stop' }
  /** Another rank failed. As `stop`. */
  | { type: 'lose'; rank: number };

/** From a rank's worker to the page. */
export type RankReply = { type: 'done'; id: number; value: unknown } | { type: 'failed'; id: number; message: string };

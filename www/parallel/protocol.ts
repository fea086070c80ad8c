/** The messages between a {@link World} and its rank workers. Every request with an id is answered. */
import type { AtGate } from '../types/generated/AtGate';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Pilot } from '../types/generated/Pilot';
import type { Problem } from '../types/generated/Problem';
import type { Loading } from '../workers/protocol';

/** What ranks exchange their messages through. */
export type Wire =
  /** Rings in memory that all ranks share: needs a cross-origin isolated page. */
  | { kind: 'shared'; memory: SharedArrayBuffer }
  /** A port to every other rank, at its place; null at this rank's own. */
  | { kind: 'ports'; ports: (MessagePort | null)[] };

/** How ranks reach a common result. */
export type Algorithm = 'ring' | 'tree' | 'naive';

/** Segments of each virtual stage: first, and one past the last; null: as many layers on each. */
export type Stages = [number, number][] | null;

/** What all ranks run together. */
export type Program =
  /** Checks every collective; gives the number of checks. */
  | { program: 'self_check' }
  /** Median seconds of an all-reduce of `floats` floats. */
  | { program: 'all_reduce'; floats: number; algorithm: Algorithm; rounds: number }
  /** Measures how fast the rank and its connections are: a `Pilot`. */
  | { program: 'pilot'; spec: ParallelSpec }
  /** Builds the rank's part of the model: its ledger by category. */
  | { program: 'prepare'; spec: ParallelSpec; stages: Stages }
  /** Training steps: the `RankStep` of the last. */
  | { program: 'train'; steps: number }
  /** What the rank holds after its last step, to go on from. */
  | { program: 'snapshot' }
  /** Goes on from a snapshot of the same rank of the same plan. */
  | { program: 'restore'; snapshot: Uint8Array; step: number }
  /** Whether the rank waits before each action of the steps to come. */
  | { program: 'gate'; on: boolean };

/** A question to the engine that needs no other rank. */
export type Question =
  /** The plan, as `Planned`. */
  | { question: 'plan'; spec: ParallelSpec; maxRanks: number; stages: Stages }
  /** The nearest possible mesh, as `MeshSpec` or null. */
  | { question: 'nearest'; spec: ParallelSpec; maxRanks: number }
  /** What is to be expected, as `Prediction`. */
  | { question: 'predict'; spec: ParallelSpec; pilots: Pilot[]; cores: number };

/** From the page to a rank's worker. */
export type RankRequest =
  /** Load the engine; answered with the name of its build. */
  | { type: 'open'; id: number; engineBase: string; assetBase: string }
  /** A file of the visitor; answered when kept. */
  | { type: 'file'; id: number; name: string; bytes: Uint8Array }
  | ({ type: 'ask'; id: number } & Question)
  /** Join the world; answered when done. */
  | { type: 'join'; id: number; rank: number; ranks: number; wire: Wire }
  /** Run a program; answered with what it gives. */
  | ({ type: 'run'; id: number } & Program)
  /** See all messages out and end; answered when done. */
  | { type: 'close'; id: number }
  /** The rank may do the action that it waits before. Not answered. */
  | { type: 'pass' }
  /** Compute without end, as a rank does that has hung: for trying out what then happens. Not answered. */
  | { type: 'hang' }
  /** The run is stopped. Not answered, and not heard while the worker waits in shared memory, where a word says so. */
  | { type: 'stop' }
  /** Another rank failed. As `stop`. */
  | { type: 'lose'; rank: number };

/** From a rank's worker to the page. */
export type RankReply =
  | { type: 'done'; id: number; value: unknown }
  | { type: 'failed'; id: number; problems: Problem[] }
  /** It is alive. */
  | { type: 'beat' }
  /** A file is on its way. */
  | { type: 'loading'; loading: Loading }
  /** It waits before an action. */
  | { type: 'gate'; at: AtGate };

/** Milliseconds between two beats of a rank, at the least. */
export const BEAT_MILLISECONDS = 100;

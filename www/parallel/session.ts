/** What the lab of parallel training shows: the run that is written, its plan, and what was measured. */
import type { AtGate } from '../types/generated/AtGate';
import type { MeshSpec } from '../types/generated/MeshSpec';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Pilot } from '../types/generated/Pilot';
import type { Planned } from '../types/generated/Planned';
import type { Prediction } from '../types/generated/Prediction';
import type { Problem } from '../types/generated/Problem';
import type { RankStep } from '../types/generated/RankStep';
import type { StepSummary } from './summary';

/** Where a run is. */
export type SessionPhase =
  /** Nothing runs. */
  | 'idle'
  /** Files are on their way. */
  | 'loading'
  /** One rank trains alone, for comparison. */
  | 'baseline'
  /** Ranks measure how fast they and their connections are. */
  | 'pilot'
  | 'running'
  | 'paused'
  /** Every rank waits before its next action. */
  | 'stepping'
  | 'finished'
  | 'cancelled'
  /** `problems` says why. */
  | 'failed'
  /** A rank is gone; the run can go on from its last snapshot. */
  | 'lost';

/** The phases of a run that is under way. */
export const BUSY: SessionPhase[] = ['loading', 'baseline', 'pilot', 'running', 'paused', 'stepping'];

/** A training on one rank, with the same spec. */
export interface Baseline {
  losses: number[];
  /** Of each step. */
  seconds: number[];
  /** Its ledger, by category. */
  memory: RankStep['memory'];
}

/** A rank that is gone. */
export interface LostRank {
  rank: number;
  /** Steps done when it was lost. */
  step: number;
  /** Steps done when the last snapshot was taken; 0: the beginning. */
  snapshot: number;
  /** Milliseconds from its last sign of life until that was told. */
  noticedAfter: number;
}

/** A run, as it was begun. */
export interface Ran {
  spec: ParallelSpec;
  /** As the layers were divided in the end. */
  planned: Planned;
}

/** The state; it is an EventTarget and tells of each change by the event `change`. */
export interface Session extends EventTarget {
  readonly spec: ParallelSpec;
  readonly phase: SessionPhase;
  /** What is wrong with the spec, or why a run failed. */
  readonly problems: Problem[];
  /** The plan of the spec as it is written; null where it has problems. */
  readonly planned: Planned | null;
  /** Where the spec has problems: the nearest mesh that has none, or null. */
  readonly nearest: MeshSpec | null;
  /** What the measurements are of; null: nothing was run yet. */
  readonly ran: Ran | null;
  /** Of the run. */
  readonly pilots: Pilot[];
  readonly prediction: Prediction | null;
  readonly baseline: Baseline | null;
  /** Why the spec cannot be trained on a single rank, where it cannot: its memory limit, for one. */
  readonly baselineProblem: Problem | null;
  /** Each step so far. */
  readonly steps: StepSummary[];
  /** What each rank measured in the last step. */
  readonly ranks: RankStep[];
  readonly lost: LostRank | null;
  /** Whether ranks are to wait before each action, from the next step on. */
  readonly through: boolean;
  /** In step-through: what each rank will do next, and holds; null where it computes or waits. */
  readonly gates: (AtGate | null)[];
  /** What messages of the run go, or went, through. */
  readonly transport: 'shared' | 'ports' | null;
  /** A file that is on its way, or null. */
  readonly loading: { file: string; loaded: number; total: number } | null;

  /** Writes another spec; the plan follows. */
  write(spec: ParallelSpec): void;
  /** Runs the spec; `compare`: first on one rank alone. */
  run(options?: { compare?: boolean }): Promise<void>;
  pause(): void;
  resume(): void;
  /** One optimizer step, then pauses. */
  step(): void;
  /** From the next step on, every rank waits before each action (messages then go through ports). */
  stepThrough(on: boolean): void;
  /** Lets one rank, or every rank that can, do its next action. */
  pass(rank?: number): void;
  cancel(): void;
  /** Lets a rank hang, as a program does that never ends. */
  hang(rank: number): void;
  /** Ends a rank's worker, as if its tab had been closed. */
  kill(rank: number): void;
  /** Goes on from the last snapshot, with new ranks. */
  recover(): Promise<void>;
}

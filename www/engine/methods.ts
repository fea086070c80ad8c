/** What the page asks its workers, and what they tell it. */
import type { AtGate } from '../types/generated/AtGate';
import type { EqualisedBy } from '../types/generated/EqualisedBy';
import type { Environment } from '../types/generated/Environment';
import type { Estimate } from '../types/generated/Estimate';
import type { Event } from '../types/generated/Event';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { NearestMesh } from '../types/generated/NearestMesh';
import type { Planned } from '../types/generated/Planned';
import type { Fit } from '../types/generated/Fit';
import type { Problem } from '../types/generated/Problem';
import type { Program } from '../types/generated/Program';
import type { Spec } from '../types/generated/Spec';
import type { Report } from './rpc';
import type { ShelfMethods } from './shelf/methods';
import type { Features } from './variants';
import type { Answer, Files, Order, RunState, SavedRun } from './wasm';

/** Which build a worker is to run. */
export interface Build {
  /** Where the folders of the builds are. */
  base: string;
  folder: string;
  /** Compiled quickly, for trying out a change. */
  dev: boolean;
  /** Compiled on the page; null where the worker has to compile it itself. */
  module: WebAssembly.Module | null;
}

/** An experiment to be run. */
export interface Job {
  /** A number of the page's. */
  id: number;
  spec: unknown;
  files: Files;
  /** Runs that were interrupted, or are there already. */
  saved: SavedRun[];
  /** What runs held after some steps, for forks to begin there. */
  states: { run: number; state: RunState }[];
  /** Bytes of such states that are to be kept for later. */
  keep: number;
}

/** What a job tells while it runs. */
export type JobProgress =
  | { events: Event[] }
  /** The ranks of a run are to do something, and be answered for by `answer`. */
  | { order: Order };

/** What a person can do to a running experiment. */
export type Control = 'pause' | 'resume' | 'step' | 'cancel' | 'recover' | 'by_hand' | 'by_itself';

export interface JobDone {
  result: ExperimentResult;
  states: { run: number; state: RunState }[];
  /** What runs have trained that PEFT has a method for, as its files. */
  adapters: { run: number; config: string; weights: Uint8Array }[];
}

export interface EngineMethods extends ShelfMethods {
  /** What the browser offers where the worker runs; no threads where that is not `threaded`. */
  features(of: { threaded: boolean }): Features;
  /** Tells when it starts threads. */
  load(build: Build & { threads: number }, progress: Report<'threads'>): Environment;
  check(spec: unknown): Problem[];
  migrate(link: { lab: string; link: unknown }): Spec;
  requiredAssets(spec: unknown): string[];
  planAssets(of: { spec: unknown; run: number }): string[];
  plan(of: { spec: unknown; run: number; files: Files; cores: number }): Planned;
  nearest(of: { spec: unknown; run: number; files: Files; cores: number }): NearestMesh | null;
  /** The files that the next two need. */
  estimateAssets(spec: unknown): string[];
  /** How runs go with their models and texts. */
  fit(of: { spec: unknown; files: Files }): Fit;
  /** What each run will take; heeds an abort between two runs. */
  estimate(of: { spec: unknown; files: Files; cores: number }): Estimate;
  equalise(of: { spec: unknown; by: EqualisedBy; files: Files; cores: number }): Spec;
  run(job: Job, progress: Report<JobProgress>): JobDone;
  control(of: { job: number; action: Control; run: number | null }): void;
  /** What all ranks answered to an order, or why they could not. */
  answer(of: { job: number; answers: Answer[] | Problem }): void;
  /** What each run would go on from if the job ended now; runs on several ranks as of their last state. */
  saved(job: number): SavedRun[];
}

export interface RankMethods {
  load(build: Build): void;
  join(of: { rank: number; ranks: number; wire: Wire }): void;
  takeFiles(files: Files): void;
  obey(of: { program: Program; state: Uint8Array | null }): Answer;
  selfCheck(): number;
  allReduce(of: { floats: number; algorithm: string; rounds: number }): number;
  /** Whether the rank waits before each action of the steps to come. */
  gate(on: boolean): void;
  /** Lets the rank do the action that it waits before. */
  pass(): void;
  /** The run is stopped, or another rank is lost: not heard while the rank waits in shared memory, where a word says so. */
  stop(): void;
  lose(rank: number): void;
  /** Computes without end, as a rank does that has hung: for trying out what then happens. */
  hang(): void;
  /** Sees all messages out. */
  close(): void;
}

export interface RankEvents {
  /** It is alive. */
  beat: null;
  /** It waits before an action. */
  gate: AtGate;
}

/** What ranks exchange their messages through. */
export type Wire =
  /** Rings in memory that all ranks share: needs a cross-origin isolated page. */
  | { kind: 'shared'; memory: SharedArrayBuffer }
  /** A port to every other rank, at its place; null at this rank's own. */
  | { kind: 'ports'; ports: (MessagePort | null)[] };

/** The wasm-bindgen face of the engine, as its workers see it (`src/web/`). What it throws is `Problem[]`. */
import type { AtGate } from '../types/generated/AtGate';
import type { Environment } from '../types/generated/Environment';
import type { EqualisedBy } from '../types/generated/EqualisedBy';
import type { Event } from '../types/generated/Event';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { NearestMesh } from '../types/generated/NearestMesh';
import type { Planned } from '../types/generated/Planned';
import type { Fit } from '../types/generated/Fit';
import type { Problem } from '../types/generated/Problem';
import type { Program } from '../types/generated/Program';
import type { Reply } from '../types/generated/Reply';
import type { RunEstimate } from '../types/generated/RunEstimate';
import type { RunResult } from '../types/generated/RunResult';
import type { Spec } from '../types/generated/Spec';
import type { MergeStage } from '../types/generated/MergeStage';
import type { Mixing } from '../types/generated/Mixing';
import type { ModuleChange } from '../types/generated/ModuleChange';
import type { Rounding } from '../types/generated/Rounding';
import type { ShelfEntry } from '../types/generated/ShelfEntry';
import type { Survival } from '../types/generated/Survival';
import type { TextRequest } from '../types/generated/TextRequest';
import type { TextSampling } from '../types/generated/TextSampling';
import type { Written } from '../types/generated/Written';
import type { RoundingFormat } from './shelf/formats';

/** Files by path below the asset base, or `file:NAME` for the visitor's own. */
export type Files = Map<string, Uint8Array>;

/** What all ranks of a run held after some optimizer steps. */
export interface RunState {
  step: number;
  /** How the layers are divided among the ranks, where that was measured. */
  stages: [number, number][] | null;
  /** Each rank's, in their order. */
  ranks: Uint8Array[];
}

/** Where a run goes on from: what it had measured, and what its ranks held; no state for a run that has ended. */
export interface SavedRun {
  run: number;
  result: RunResult;
  state: RunState | null;
}

/** What the ranks of a run are to do together. */
export interface Order {
  run: number;
  program: Program;
  /** What each goes on from; empty where that is not the program. */
  states: Uint8Array[];
  /** Whether every action waits for somebody who lets it go. */
  by_hand: boolean;
}

/** What one rank answers. */
export interface Answer {
  reply: Reply;
  /** What it holds, where it was asked for that. */
  state: Uint8Array | null;
}

/** An experiment inside the engine; `advance` does about 100 ms of work at most. */
export interface WasmExperiment {
  advance(): Event[];
  readonly finished: boolean;
  /** Whether nothing goes on before a lost rank is replaced or its run cancelled. */
  readonly stuck: boolean;
  order(): Order | null;
  replied(answers: Answer[]): Event[];
  failed(problem: Problem): Event[];
  recover(run: number): void;
  set_by_hand(on: boolean): void;
  cancel(run?: number): Event[];
  result(): ExperimentResult;
  want_states(): void;
  /** Whether some runs on several ranks were told so, and have not done it yet. */
  readonly wants_states: boolean;
  /** Whether it is what happens next. */
  readonly state_is_next: boolean;
  /** What a run has trained, as PEFT's files; null where there is no adapter. */
  adapter(run: number): { config: string; weights: Uint8Array } | null;
  saved(run: number): SavedRun | null;
  resume(saved: SavedRun): void;
  keep_states(budget: number): void;
  states(): { run: number; state: RunState }[];
  provide(run: number, state: RunState): void;
  free(): void;
}

/** A rank of a world; every rank obeys the same programs in the same order. */
export interface WasmRank {
  on_heartbeat(heartbeat: () => void): void;
  self_check(): Promise<number>;
  measure_all_reduce(floats: number, algorithm: string, rounds: number): Promise<number>;
  take_files(files: Files): void;
  obey(program: Program, state: Uint8Array | null): Promise<Answer>;
  set_gate(gate: ((at: AtGate) => Promise<void>) | null): void;
  close(): Promise<void>;
  stop(): void;
  lose(rank: number): void;
  free(): void;
}

/** Tells what runs will take, and remembers what it measured for that. */
export interface WasmEstimator {
  /** How runs go with their models and texts. */
  fit(spec: unknown, files: Files): Fit;
  /** Measures for a quarter of a second at most, unless it knows already. */
  run(spec: unknown, run: number, files: Files, cores: number): RunEstimate;
  /** The same experiment with sizes or batches made to fit; it measures as much. */
  equalise(spec: unknown, by: EqualisedBy, files: Files, cores: number): Spec;
  free(): void;
}

/** One base with any number of adapters; `null` is the base alone. */
export interface WasmShelf {
  add_files(name: string, config: string, weights: Uint8Array): ShelfEntry;
  /** What a run of the shelf's spec held at its end. */
  add_run(name: string, run: number, state: RunState): ShelfEntry;
  /** Each with its weight. */
  mix(name: string, parts: [entry: number, weight: number][], how: Mixing, rank: number | null): ShelfEntry;
  remove(entry: number): void;
  /** Refused where PEFT has no such method. */
  files(entry: number): { config: string; weights: Uint8Array };
  /** Begins to continue prompts, each row with its adapter, in one batch. */
  write(requests: TextRequest[], sampling: TextSampling): Written;
  /** One token of every row. */
  next(): Written;
  /** Nats per token on the validation text. */
  loss(entry: number | null): number;
  /** Paths of what it changes. */
  modules(entry: number): string[];
  change(entry: number, module: string): ModuleChange;
  /** That of the base in the form that the adapter learned on. */
  base_loss(entry: number): number;
  /** Nats per token with the adapter of one module off. */
  loss_without(entry: number, module: string): number;
  /** Of every matrix of the base. */
  rounding(format: RoundingFormat): Rounding[];
  survival(entry: number, format: RoundingFormat, stage: MergeStage): Survival;
  free(): void;
}

/** The module `tinyai.js` of one build. */
export interface WasmEngine {
  default(init?: unknown): Promise<unknown>;
  /** Only in the builds with threads. */
  initThreadPool?(threads: number): Promise<unknown>;
  version(): string;
  variant(): string;
  simd(): string;
  /** All problems of a spec, none if it is fine. */
  check(spec: unknown): Problem[];
  required_assets(spec: unknown): string[];
  /** What a link of version 1 on the page of a lab means today. */
  migrate_link(lab: string, link: unknown): Spec;
  plan_assets(spec: unknown, run: number): string[];
  plan(spec: unknown, run: number, files: Files, cores: number): Planned;
  nearest_mesh(spec: unknown, run: number, files: Files, cores: number): NearestMesh | null;
  /** The files that an estimator needs: all but the weights. */
  estimate_assets(spec: unknown): string[];
  Estimator: new () => WasmEstimator;
  Experiment: new (spec: unknown, files: Files, environment: Environment) => WasmExperiment;
  /** The files that a shelf needs. */
  shelf_assets(spec: unknown): string[];
  Shelf: new (spec: unknown, files: Files) => WasmShelf;
  /** Only in the builds without threads: ranks are threads themselves. */
  Rank?: {
    shared(memory: SharedArrayBuffer, rank: number, ranks: number): WasmRank;
    ports(ports: (MessagePort | null)[], rank: number): WasmRank;
  };
}

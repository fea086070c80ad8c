/** The wasm-bindgen face of the engine, as the worker sees it (`src/web/`). */
import type { Environment } from '../types/generated/Environment';
import type { Event } from '../types/generated/Event';
import type { Problem } from '../types/generated/Problem';
import type { ExperimentResult } from '../types/generated/ExperimentResult';

/** An experiment inside the engine; `advance` does about 100 ms of work at most. */
export interface EngineExperiment {
  advance(): Event[];
  readonly finished: boolean;
  cancel(run?: number): Event[];
  result(): ExperimentResult;
  free(): void;
}

/** The module `tinyai.js` of one variant. */
export interface EngineModule {
  default(init?: unknown): Promise<unknown>;
  /** Only in the variants with threads. */
  initThreadPool?(threads: number): Promise<unknown>;
  version(): string;
  variant(): string;
  simd(): string;
  /** All problems of a spec, none if it is fine. */
  check(spec: unknown): Problem[];
  /** Paths below the asset base, and `file:NAME` for files of the visitor; throws `Problem[]`. */
  required_assets(spec: unknown): string[];
  Experiment: new (spec: unknown, assets: Map<string, Uint8Array>, environment: Environment) => EngineExperiment;
}

/** The engine's module for ranks, as a rank's worker sees it (`src/web/rank.rs`, `src/web/parallel.rs`). What it throws is `Problem[]`. */
import type { EngineModule } from '../engine/engine';
import type { AtGate } from '../types/generated/AtGate';
import type { MemoryUse } from '../types/generated/MemoryUse';
import type { MeshSpec } from '../types/generated/MeshSpec';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Pilot } from '../types/generated/Pilot';
import type { Planned } from '../types/generated/Planned';
import type { Prediction } from '../types/generated/Prediction';
import type { RankStep } from '../types/generated/RankStep';
import type { Stages } from './protocol';

/** Files by name. */
export type Files = Map<string, Uint8Array>;

/** One end in a world; every rank calls the same programs in the same order. */
export interface Rank {
  on_heartbeat(heartbeat: () => void): void;
  self_check(): Promise<number>;
  measure_all_reduce(floats: number, algorithm: string, rounds: number): Promise<number>;
  pilot(spec: ParallelSpec, assets: Files): Promise<Pilot>;
  prepare(spec: ParallelSpec, assets: Files, stages: Stages): Record<string, MemoryUse>;
  train(steps: number): Promise<RankStep>;
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array, step: number): void;
  set_gate(gate: ((at: AtGate) => Promise<void>) | null): void;
  close(): Promise<void>;
  stop(): void;
  lose(rank: number): void;
  free(): void;
}

/** The engine with its ranks. */
export interface RankModule extends Pick<EngineModule, 'default' | 'version' | 'variant' | 'simd'> {
  parallel_plan_assets(spec: ParallelSpec): string[];
  parallel_assets(spec: ParallelSpec): string[];
  parallel_plan(spec: ParallelSpec, assets: Files, maxRanks: number, stages: Stages): Planned;
  parallel_nearest(spec: ParallelSpec, assets: Files, maxRanks: number): MeshSpec | null;
  parallel_predict(spec: ParallelSpec, assets: Files, pilots: Pilot[], cores: number): Prediction;
  Rank: {
    shared(memory: SharedArrayBuffer, rank: number, ranks: number): Rank;
    ports(ports: (MessagePort | null)[], rank: number): Rank;
  };
}

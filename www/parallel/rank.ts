/** The class `Rank` of the engine's module, as a rank's worker sees it (`src/web/rank.rs`). */
import type { EngineModule } from '../engine/engine';

/** One end in a world; every rank calls the same programs in the same order. */
export interface Rank {
  self_check(): Promise<number>;
  measure_all_reduce(floats: number, algorithm: string, rounds: number): Promise<number>;
  close(): Promise<void>;
  stop(): void;
  lose(rank: number): void;
  free(): void;
}

/** The engine with its ranks. */
export interface RankModule extends EngineModule {
  Rank: {
    shared(memory: SharedArrayBuffer, rank: number, ranks: number): Rank;
    ports(ports: (MessagePort | null)[], rank: number): Rank;
  };
}

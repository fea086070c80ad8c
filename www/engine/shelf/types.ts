/** What a shelf of adapters gives. */
import type { AdapterInfo } from '../../types/generated/AdapterInfo';
import type { Text } from '../../types/generated/Text';

/** An adapter on a shelf. */
export interface ShelfEntry {
  /** Its number there. */
  entry: number;
  name: string;
  /** As `fine_tuning.method` calls it. */
  method: string;
  /** What PEFT's files say of it; null where PEFT has no such method. */
  info: AdapterInfo | null;
  parameters: number;
  /** In memory, beside the base. */
  bytes: number;
  /** Of its two files. */
  file_bytes: number | null;
  /** Seconds from its bytes until it could read. */
  seconds: number;
  /** Whether it can be mixed with others. */
  mixes: boolean;
  /** Why its rows cannot share a pass through the base with those of others; null: they can. */
  alone: Text | null;
}

/** What was written so far. */
export interface Written {
  /** Continuations, in the order of the requests. */
  texts: string[];
  finished: boolean;
  /** Tokens of all rows together. */
  tokens: number;
  /** That the engine computed. */
  seconds: number;
  /** Of each request, whether its rows went through the base together with the others'. */
  batched: boolean[];
}

export interface WriteRequest {
  /** Null: the base alone. */
  entry: number | null;
  prompt: string;
}

export interface Sampling {
  temperature: number;
  top_k: number;
  seed: number;
  max_tokens: number;
}

export type MixMethod = 'linear' | 'cat' | 'svd';

/** What an adapter changes of a module. */
export interface ModuleChange {
  /** Its path. */
  module: string;
  layer: number | null;
  /** The last name of its path: `q_proj`. */
  role: string;
  /** Of the update, the largest first. */
  singular_values: number[];
  /** Frobenius norm of the update. */
  norm: number;
  weight_norm: number;
  /** The most that the method allows; null: any. */
  rank: number | null;
}

export type RoundingFormat = 'int8' | 'nf4';

/** How far rounding takes a weight of the base. */
export interface Rounding {
  module: string;
  layer: number | null;
  role: string;
  /** As a share of its norm. */
  error: number;
}

export type SurvivalStage = 'base' | 'trained' | 'merged' | 'rounded';

/** What is left of what was learned, after a stage. */
export interface Survival {
  stage: SurvivalStage;
  /** Nats per token on the validation text. */
  loss: number;
  /** KL divergence from the trained stage, in nats per token. */
  kl: number;
}

/**
 * What an embedded lab and the page around it say to each other, by `postMessage`.
 *
 * Out: `{ source: "tinyai", version: 1, type, … }`; in: `{ target: "tinyai", version: 1, type, … }`. Whoever embeds a lab may send `id` with
 * what it asks; the answer has it, too. A later version only adds to these: an unknown type is answered with an `error`.
 */
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { Problem } from '../types/generated/Problem';
import type { Language } from '../shell/text/language';

export const EMBED_VERSION = 1;

/** An experiment as it stands, to be given back later. */
export interface EmbedState {
  spec: unknown;
  /** What was measured last; null: nothing yet. */
  result: ExperimentResult | null;
  lang: Language;
}

/** What a lab says. */
export type EmbedMessage =
  /** It can be talked to. */
  | { type: 'ready'; lab: string; lang: Language }
  /** It would like to be so many CSS pixels high. */
  | { type: 'resize'; height: number }
  /** A run of the experiment went on. */
  | { type: 'progress'; run: number; name: string; step: number; steps: number; loss: number | null }
  /** An experiment came to its end. */
  | { type: 'result'; result: ExperimentResult }
  /** Something is wrong with the experiment, or with what was asked. */
  | { type: 'error'; problems: Problem[] }
  /** The answer to `getState`, and to everything else that was done as asked. */
  | { type: 'state'; state: EmbedState };

/** What is asked of a lab. */
export type EmbedRequest =
  /** Runs the experiment: this one, or the one that is written. */
  | { type: 'run'; spec?: unknown }
  | { type: 'cancel' }
  | { type: 'setSpec'; spec: unknown }
  | { type: 'getState' }
  | { type: 'setState'; state: EmbedState }
  | { type: 'setLang'; lang: Language };

const TYPES: EmbedRequest['type'][] = ['run', 'cancel', 'setSpec', 'getState', 'setState', 'setLang'];

/** A request, and the number that its answer is to have. */
export interface Asked {
  /** Null: a type that there is not. */
  request: EmbedRequest | null;
  type: string;
  id: unknown;
}

/** What a message asks of a lab; null where it is not for one. */
export function asked(data: unknown): Asked | null {
  if (typeof data !== 'object' || data === null) return null;
  const { target, version, type, id } = data as Record<string, unknown>;
  if (target !== 'tinyai' || typeof version !== 'number' || version < EMBED_VERSION) return null;
  const known = TYPES.find((each) => each === type);
  return { request: known ? (data as EmbedRequest) : null, type: String(type), id: id ?? null };
}

/** A message of a lab as it is posted. */
export const said = (message: EmbedMessage, id: unknown = null): object => ({
  source: 'tinyai',
  version: EMBED_VERSION,
  ...message,
  ...(id !== null && { id }),
});

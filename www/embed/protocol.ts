/**
 * What an embedded lab and the page around it say to each other, by `postMessage`.
 *
 * Out: `{ source: "tinyai", version: 1, type, … }`; in: `{ target: "tinyai", version: 1, type, … }`. Whoever asks something may send an `id`
 * with it; the answer carries the same. README.md tells of every message.
 */
import { plainProblem, problem } from '../engine/error';
import type { Language } from '../shell/text/language';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';

export const EMBED_VERSION = 1;

/** An experiment as it stands, to be given back later. */
export interface EmbedState {
  spec: Spec;
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
  | { type: 'error'; problems: readonly Problem[] }
  /** The answer to whatever was done as asked. */
  | { type: 'state'; state: EmbedState };

/** Says what is wrong, in words that need no form. */
export const errorOf = (problems: readonly Problem[]): Extract<EmbedMessage, { type: 'error' }> => ({ type: 'error', problems: problems.map(plainProblem) });

/** What is asked of a lab. */
export type EmbedRequest =
  /** Runs an experiment: this one, or the one that is written. */
  | { type: 'run'; spec?: unknown }
  | { type: 'cancel' }
  | { type: 'setSpec'; spec: unknown }
  | { type: 'getState' }
  | { type: 'setState'; state: EmbedState }
  | { type: 'setLang'; lang: Language };

const TYPES: readonly EmbedRequest['type'][] = ['run', 'cancel', 'setSpec', 'getState', 'setState', 'setLang'];

/** A message that was meant for a lab: what it asks, or what is wrong with it. */
export type Asked = { id: unknown } & ({ request: EmbedRequest } | { problem: Problem });

/** What a message asks of a lab; null where it is not for one. */
export function asked(data: unknown): Asked | null {
  if (typeof data !== 'object' || data === null) return null;
  const { target, version, type, id = null } = data as Record<string, unknown>;
  if (target !== 'tinyai') return null;
  if (version !== EMBED_VERSION) return { id, problem: unknownVersion(version) };
  if (!TYPES.some((known) => known === type)) return { id, problem: unknownType(type) };
  return { id, request: data as EmbedRequest };
}

/** A message of a lab as it is posted. */
export const said = (message: EmbedMessage, id: unknown = null): object => ({
  source: 'tinyai',
  version: EMBED_VERSION,
  ...message,
  ...(id !== null && { id }),
});

/** A value in a message, as a person would write it. */
export const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

function unknownVersion(version: unknown): Problem {
  const en = `The message has the version ${shown(version)}; this lab speaks version ${EMBED_VERSION}.`;
  return problem('not_allowed', en, `消息的版本是 ${shown(version)}，此实验只支持版本 ${EMBED_VERSION}。`, shown(version));
}

function unknownType(type: unknown): Problem {
  const en = `There is no message of the type ${shown(type)}; there are ${TYPES.join(', ')}.`;
  return problem('unknown_field', en, `没有类型为 ${shown(type)} 的消息，可用的类型有：${TYPES.join('、')}。`, shown(type));
}

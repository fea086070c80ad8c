/** What a learner could change, from what all ranks measured in a step. */
import { extent } from '../kit/extent';
import type { Planned } from '../types/generated/Planned';
import type { RankStep } from '../types/generated/RankStep';
import { lengthOf } from './phases';

/** Something that takes more, or a stage that does less, than it should; shares of one. */
export type Suggestion =
  | { kind: 'communication'; share: number }
  | { kind: 'bubble'; share: number }
  | { kind: 'idleStages'; stages: IdleStage[] };

/** A stage that computes for a small share of the forward and backward phase. */
export interface IdleStage {
  stage: number;
  share: number;
}

/** A stage that computes for less than this share of the forward and backward phase is told of (chapter 15.4 of the book). */
const LEAST_UTILISATION = 0.8;
/** A larger bubble is told of (chapter 15.4 of the book). */
const MOST_BUBBLE = 0.1;
/** Ranks that communicate for more of the step are told of. */
const MOST_COMMUNICATION = 0.2;

/** What chapter 15.4 would have a learner change, and communication, which it leaves out. */
export function suggest(planned: Planned, ranks: RankStep[], bubbleFraction: number): Suggestion[] {
  const suggestions: Suggestion[] = [];
  const communicating = communicatingShare(ranks);
  if (communicating > MOST_COMMUNICATION) suggestions.push({ kind: 'communication', share: communicating });
  const stages = 1 + Math.max(...planned.ranks.map(({ pipeline }) => pipeline));
  if (stages === 1) return suggestions;
  if (bubbleFraction > MOST_BUBBLE) suggestions.push({ kind: 'bubble', share: bubbleFraction });
  const used = Array.from({ length: stages }, (_, stage) => ({ stage, share: utilisationOf(stage, planned, ranks) }));
  const busiest = Math.max(...used.map(({ share }) => share));
  // Of four equal stages and four micro-batches each computes 57% of the time: a stage is to blame only if others do better.
  const idle = used.filter(({ share }) => share < LEAST_UTILISATION && share < LEAST_UTILISATION * busiest);
  if (idle.length > 0) suggestions.push({ kind: 'idleStages', stages: idle });
  return suggestions;
}

/** The share of all ranks' time, from the first one's beginning to the last one's end, that is spent on communication. */
function communicatingShare(ranks: RankStep[]): number {
  const spans = ranks.flatMap(({ spans }) => spans);
  const [first, last] = extent(spans.flatMap(({ start, end }) => [start, end])) ?? [0, 0];
  const whole = last - first;
  const communicating = spans.reduce((sum, { kind, start, end }) => sum + (kind === 'communication' ? end - start : 0), 0);
  return whole > 0 ? communicating / (whole * ranks.length) : 0;
}

/** The share of the forward and backward phase that the ranks of a stage compute in. */
function utilisationOf(stage: number, planned: Planned, ranks: RankStep[]): number {
  const length = lengthOf(ranks.flatMap(({ phase }) => phase ?? []));
  const own = ranks.filter(({ rank }) => planned.ranks[rank]?.pipeline === stage).flatMap(({ phase }) => phase ?? []);
  return length > 0 ? own.reduce((sum, phase) => sum + phase.computing, 0) / (length * own.length) : 0;
}

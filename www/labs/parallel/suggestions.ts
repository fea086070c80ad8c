/** What a learner could change, from what all ranks measured in a step. */
import { extent } from '../../kit/extent';
import type { Planned } from '../../types/generated/Planned';
import type { RankStep } from '../../types/generated/RankStep';
import { stretchOf } from './last-step';

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

/** What chapter 15.4 would have a learner change, and communication, which it leaves out; `bubbleFraction`: that of the step. */
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
  const [first, last] = stretchOf(ranks);
  let communicating = 0;
  for (const { spans } of ranks) for (const { kind, start, end } of spans) if (kind === 'communication') communicating += end - start;
  return last > first ? communicating / ((last - first) * ranks.length) : 0;
}

/** The share of the forward and backward phase, from the first rank's beginning to the last one's end, that the ranks of a stage compute in. */
function utilisationOf(stage: number, planned: Planned, ranks: RankStep[]): number {
  const [first, last] = extent(ranks.flatMap(({ phase }) => (phase ? [phase.start, phase.end] : []))) ?? [0, 0];
  const own = ranks.filter(({ rank }) => planned.ranks[rank]?.pipeline === stage).flatMap(({ phase }) => phase ?? []);
  return last > first ? own.reduce((sum, phase) => sum + phase.computing, 0) / ((last - first) * own.length) : 0;
}

/** Ranks and plans for tests, as far as figures read them. */
import type { Planned } from '../../types/generated/Planned';
import type { RankStep } from '../../types/generated/RankStep';
import type { SpanKind } from '../../types/generated/SpanKind';

/** A pipeline of one rank a stage. */
export const pipelineOf = (stages: number): Planned =>
  ({ ranks: Array.from({ length: stages }, (_, rank) => ({ rank, data: 0, pipeline: rank, tensor: 0, segments: [[rank, rank + 1]] })) }) as unknown as Planned;

/** What a rank did, one stretch after the other, from a second of the common clock on. */
export function rankStep(rank: number, from: number, stretches: [SpanKind, number][], over: Partial<RankStep> = {}): RankStep {
  let at = from;
  const spans = stretches.map(([kind, seconds]) => ({ rank, action: null, kind, start: at, end: (at += seconds) }));
  return { rank, step: 1, loss: 1, gradient_norm: 1, learning_rate: 1, seconds: at - from, spans, phase: null, traffic: [], memory: {}, ...over };
}

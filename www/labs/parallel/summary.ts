/** What all ranks measured in a step, put together. */
import { extent } from '../kit/extent';
import type { Planned } from '../types/generated/Planned';
import type { RankStep } from '../types/generated/RankStep';
import type { RankUse } from '../types/generated/RankUse';
import type { Span } from '../types/generated/Span';
import type { Timeline } from '../types/generated/Timeline';
import type { Traffic } from '../types/generated/Traffic';
import { bubble } from './phases';
import { type Suggestion, suggest } from './suggestions';

/** A step of all ranks. */
export interface StepSummary {
  /** Steps done. */
  step: number;
  /** The loss, in nats. */
  loss: number;
  /** L2 norm of the gradient before clipping. */
  gradient_norm: number;
  /** From the first rank's beginning to the last one's end. */
  seconds: number;
  /** All ranks, in seconds from the beginning of the step. */
  timeline: Timeline;
  /** The share of the forward and backward phase that ranks stand still, the mean over replicas. */
  bubble_fraction: number;
  /** Sums over all ranks. */
  traffic: Traffic[];
  /** What a learner could change. */
  suggestions: Suggestion[];
  /** Whether ranks waited for somebody before each action: its times say nothing then. */
  byHand: boolean;
}

/** The step that all of `ranks`, those of `planned` in their order, have done; `byHand`: action by action, as somebody let them. */
export function summary(planned: Planned, ranks: RankStep[], byHand = false): StepSummary {
  const [start] = extent(ranks.flatMap(({ spans }) => spans.map((span) => span.start))) ?? [0];
  const spans = ranks.flatMap((rank) => rank.spans.map((span) => ({ ...span, start: span.start - start, end: span.end - start })));
  const replicas = new Set(planned.ranks.map(({ data }) => data));
  const bubbles = [...replicas].map((replica) => bubble(ranks.filter(({ rank }) => planned.ranks[rank]?.data === replica)));
  const bubble_fraction = bubbles.reduce((sum, each) => sum + each, 0) / Math.max(1, bubbles.length);
  const timeline = timelineOf(spans, bubble_fraction, ranks.length);
  const { step, loss, gradient_norm } = ranks[0]!;
  const suggestions = byHand ? [] : suggest(planned, ranks, bubble_fraction);
  return { step, loss, gradient_norm, seconds: timeline.makespan, timeline, bubble_fraction, traffic: total(ranks), suggestions, byHand };
}

function timelineOf(spans: Span[], bubble_fraction: number, ranks: number): Timeline {
  const makespan = Math.max(0, extent(spans.map(({ end }) => end))?.[1] ?? 0);
  const uses = Array.from({ length: ranks }, (): RankUse => ({ compute: 0, communication: 0, idle: makespan }));
  const utilisation: number[] = [];
  for (const { rank, kind, start, end, action } of spans) {
    const use = uses[rank]!;
    if (kind !== 'idle') {
      use[kind] += end - start;
      use.idle -= end - start;
    }
    if (kind === 'compute' && action && 'virtual_stage' in action) {
      utilisation[action.virtual_stage] = (utilisation[action.virtual_stage] ?? 0) + (end - start) / makespan;
    }
  }
  return { spans, makespan, ranks: uses, bubble_fraction, utilisation };
}

function total(ranks: RankStep[]): Traffic[] {
  const kinds = new Map<string, Traffic>();
  for (const sent of ranks.flatMap(({ traffic }) => traffic)) {
    const sum = kinds.get(sent.kind) ?? { kind: sent.kind, bytes: 0, messages: 0, seconds_waited: 0 };
    sum.bytes += sent.bytes;
    sum.messages += sent.messages;
    sum.seconds_waited += sent.seconds_waited;
    kinds.set(sent.kind, sum);
  }
  return [...kinds.values()];
}

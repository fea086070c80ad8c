/** What all ranks measured in a step, put together. */
import type { Phase } from '../types/generated/Phase';
import type { Planned } from '../types/generated/Planned';
import type { RankStep } from '../types/generated/RankStep';
import type { RankUse } from '../types/generated/RankUse';
import type { Span } from '../types/generated/Span';
import type { Text } from '../types/generated/Text';
import type { Timeline } from '../types/generated/Timeline';
import type { Traffic } from '../types/generated/Traffic';

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
  suggestions: Text[];
}

/** A stage that computes for less than this share of the forward and backward phase is told of (chapter 15.4 of the book). */
const LEAST_UTILISATION = 0.8;
/** A larger bubble is told of (chapter 15.4 of the book). */
const MOST_BUBBLE = 0.1;
/** Ranks that communicate for more of the step are told of. */
const MOST_COMMUNICATION = 0.2;

/** The step that all of `ranks`, those of `planned` in their order, have done. */
export function summary(planned: Planned, ranks: RankStep[]): StepSummary {
  const start = Math.min(...ranks.flatMap(({ spans }) => spans.map((span) => span.start)));
  const spans = ranks.flatMap((rank) => rank.spans.map((span) => ({ ...span, start: span.start - start, end: span.end - start })));
  const replicas = new Set(planned.ranks.map(({ data }) => data));
  const bubbles = [...replicas].map((replica) => bubble(ranks.filter(({ rank }) => planned.ranks[rank]?.data === replica)));
  const bubble_fraction = bubbles.reduce((sum, each) => sum + each, 0) / Math.max(1, bubbles.length);
  const timeline = timelineOf(spans, bubble_fraction, ranks.length);
  const { step, loss, gradient_norm } = ranks[0]!;
  const suggestions = suggest(planned, ranks, bubble_fraction);
  return { step, loss, gradient_norm, seconds: timeline.makespan, timeline, bubble_fraction, traffic: total(ranks), suggestions };
}

/** The share of a replica's time, from the first forward to the last backward, in which ranks neither compute nor communicate. */
export function bubble(ranks: RankStep[]): number {
  const phases = ranks.flatMap(({ phase }) => phase ?? []);
  const length = lengthOf(phases);
  const busy = phases.reduce((sum, phase) => sum + phase.computing + phase.communicating, 0);
  return length > 0 ? Math.max(0, 1 - busy / (length * phases.length)) : 0;
}

function lengthOf(phases: Phase[]): number {
  return phases.length > 0 ? Math.max(...phases.map(({ end }) => end)) - Math.min(...phases.map(({ start }) => start)) : 0;
}

function timelineOf(spans: Span[], bubble_fraction: number, ranks: number): Timeline {
  const makespan = Math.max(0, ...spans.map(({ end }) => end));
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

/** The share of all ranks' time, from the first one's beginning to the last one's end, that is spent on communication. */
function communicatingShare(ranks: RankStep[]): number {
  const spans = ranks.flatMap(({ spans }) => spans);
  const whole = Math.max(...spans.map(({ end }) => end)) - Math.min(...spans.map(({ start }) => start));
  const communicating = spans.reduce((sum, { kind, start, end }) => sum + (kind === 'communication' ? end - start : 0), 0);
  return whole > 0 ? communicating / (whole * ranks.length) : 0;
}

/** What chapter 15.4 would have a learner change, and communication, which it leaves out. */
function suggest(planned: Planned, ranks: RankStep[], bubbleFraction: number): Text[] {
  const suggestions: Text[] = [];
  const percent = (share: number): string => `${Math.round(100 * share)}%`;
  const communicating = communicatingShare(ranks);
  if (communicating > MOST_COMMUNICATION) {
    const share = percent(communicating);
    suggestions.push({
      en: `Ranks communicate, or wait for each other in a sum, for ${share} of the step. Use larger batches, or fewer ranks along the axis that talks most: tensor ranks in every layer, ZeRO stage 3 for every segment.`,
      zh: `各 rank 有 ${share} 的时间在通信，或在求和时互相等待。可以增大批次，或减少通信最多的那个维度上的 rank：张量并行每层都要通信，ZeRO 第 3 阶段每个分段都要通信。`,
    });
  }
  const stages = 1 + Math.max(...planned.ranks.map(({ pipeline }) => pipeline));
  if (stages === 1) return suggestions;
  if (bubbleFraction > MOST_BUBBLE) {
    const share = percent(bubbleFraction);
    suggestions.push({
      en: `The bubble is ${share} of the pipeline’s time, more than 10%. Use more micro-batches, fewer stages, or the schedule ZB‑H1.`,
      zh: `流水线气泡占 ${share}，超过 10%。可以增加微批次数、减少阶段数，或改用 ZB‑H1 调度。`,
    });
  }
  const used = Array.from({ length: stages }, (_, stage) => utilisationOf(stage, planned, ranks));
  const busiest = Math.max(...used);
  // Of four equal stages and four micro-batches each computes 57% of the time: a stage is to blame only if others do better.
  const idle = used.flatMap((share, stage) => (share < LEAST_UTILISATION && share < LEAST_UTILISATION * busiest ? stage : []));
  if (idle.length > 0) {
    // Told of all at once: the page keeps room for two suggestions.
    const shares = idle.map((stage) => percent(used[stage]!)).join(', ');
    const subject = idle.length === 1 ? `Stage ${idle[0]} computes` : `Stages ${idle.join(', ')} compute`;
    suggestions.push({
      en: `${subject} only ${shares} of the time, less than 80%, while others have more to do. Divide the layers by measured speed: division, balanced.`,
      zh: `阶段 ${idle.join('、')} 只有 ${shares.replaceAll(', ', '、')} 的时间在计算，低于 80%，而其他阶段更忙。可以按实测速度划分各层：把“划分”设为“均衡”。`,
    });
  }
  return suggestions;
}

/** The share of the forward and backward phase that the ranks of a stage compute in. */
function utilisationOf(stage: number, planned: Planned, ranks: RankStep[]): number {
  const length = lengthOf(ranks.flatMap(({ phase }) => phase ?? []));
  const own = ranks.filter(({ rank }) => planned.ranks[rank]?.pipeline === stage).flatMap(({ phase }) => phase ?? []);
  return length > 0 ? own.reduce((sum, phase) => sum + phase.computing, 0) / (length * own.length) : 0;
}

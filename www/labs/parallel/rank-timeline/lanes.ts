/** A step as it is drawn: for each rank a lane of what was planned and one of what was measured. */
import type { Action } from '../../../types/generated/Action';
import type { PlannedRank } from '../../../types/generated/PlannedRank';
import type { Span } from '../../../types/generated/Span';
import { chunkLetter } from '../action-text';
import type { Drawable } from '../last-step';
import type { SpanClass } from '../text/messages';

/** A span, and how it is drawn. */
export interface Piece {
  span: Span;
  kind: SpanClass;
}

/** A short text in the middle of a stretch: the micro-batch. */
export interface Mark {
  start: number;
  end: number;
  text: string;
  kind: SpanClass;
}

export interface Lane {
  pieces: Piece[];
  marks: Mark[];
  /** Share of the step that the rank computes. */
  computing: number;
}

const OF_ACTION: Partial<Record<Action['type'], SpanClass>> = {
  forward: 'forward',
  backward: 'backward',
  backward_input: 'backward',
  backward_weight: 'weight',
  optimizer_step: 'update',
};

/** What a span is drawn as: computing by what is computed; what the sum of gradients takes beside transfer belongs to the update. */
export function classOf({ action, kind }: Span): SpanClass {
  return kind === 'compute' ? ((action && OF_ACTION[action.type]) ?? 'update') : kind;
}

/** Numbers of micro-batches, over all spans of an action: tensor ranks talk in the middle of one. */
function marks(pieces: Piece[], stages: number, chunks: number, ends: Partial<Record<Action['type'], string>>): Mark[] {
  const found: Mark[] = [];
  let last = '';
  for (const { span, kind } of pieces) {
    const { action, start, end } = span;
    if (!action || action.type.startsWith('send') || action.type.startsWith('recv')) continue;
    if (kind === 'wait') {
      // A sum that waits has a mark before and after; a micro-batch that does is one.
      if (action.type === 'reduce_gradients') last = '';
      continue;
    }
    const text = 'micro_batch' in action ? `${action.micro_batch}${chunkLetter(action.virtual_stage, stages, chunks)}` : ends[action.type];
    if (text === undefined) continue;
    const key = `${action.type} ${text}`;
    if (key === last) found.at(-1)!.end = end;
    else found.push({ start, end, text, kind: OF_ACTION[action.type] ?? 'transfer' });
    last = key;
  }
  return found;
}

/** The rank of a timeline that a rank is drawn by: a plan is of one replica's pipeline and holds for its like in all others. */
export const rowOf = (timeline: Drawable, ranks: readonly PlannedRank[], { rank, pipeline }: PlannedRank): number =>
  timeline.ranks.length === ranks.length ? rank : pipeline;

/** What each rank did; `ends`: what the end of a step is marked with. */
export function lanes(timeline: Drawable, ranks: readonly PlannedRank[], ends: Partial<Record<Action['type'], string>>): Lane[] {
  const stages = 1 + Math.max(...ranks.map(({ pipeline }) => pipeline));
  const chunks = ranks[0]?.segments.length ?? 1;
  const rows = timeline.ranks.map((): Piece[] => []);
  for (const span of timeline.spans) rows[span.rank]?.push({ span, kind: classOf(span) });
  return ranks.map((rank) => {
    const row = rowOf(timeline, ranks, rank);
    const pieces = rows[row] ?? [];
    const computing = timeline.makespan > 0 ? (timeline.ranks[row]?.compute ?? 0) / timeline.makespan : 0;
    return { pieces, marks: marks(pieces, stages, chunks, ends), computing };
  });
}

/** Round numbers across a range, about as many as asked for. */
export function ticks(from: number, to: number, about: number): number[] {
  const rough = (to - from) / Math.max(1, about);
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  // Counted, not added up, so that rounding does not show in the labels.
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

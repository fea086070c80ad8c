/** What all ranks did in the last step, over one scale of time. */
import { extent } from '../../kit/extent';
import type { RankStep } from '../../types/generated/RankStep';
import type { RankUse } from '../../types/generated/RankUse';
import type { Span } from '../../types/generated/Span';
import type { Timeline } from '../../types/generated/Timeline';

/** As much of a timeline as is drawn. */
export type Drawable = Pick<Timeline, 'spans' | 'makespan' | 'ranks'>;

/** First and last second of what ranks did. */
export function stretchOf(ranks: readonly RankStep[]): [start: number, end: number] {
  const times: number[] = [];
  for (const { spans } of ranks) for (const { start, end } of spans) times.push(start, end);
  return extent(times) ?? [0, 0];
}

const known = new WeakMap<readonly RankStep[], Drawable>();

/** The spans of all ranks, which share a clock, from the beginning of the step; and how each rank spent it. The same each time. */
export function lastStep(ranks: readonly RankStep[]): Drawable {
  let step = known.get(ranks);
  if (!step) known.set(ranks, (step = together(ranks)));
  return step;
}

function together(ranks: readonly RankStep[]): Drawable {
  const [begin, end] = stretchOf(ranks);
  const makespan = end - begin;
  const spans: Span[] = [];
  const uses = ranks.map((): RankUse => ({ compute: 0, transfer: 0, wait: makespan }));
  for (const [i, rank] of ranks.entries()) {
    const use = uses[i]!;
    for (const span of rank.spans) {
      spans.push({ ...span, start: span.start - begin, end: span.end - begin });
      if (span.kind === 'wait') continue;
      use[span.kind] += span.end - span.start;
      use.wait -= span.end - span.start;
    }
  }
  return { spans, makespan, ranks: uses };
}

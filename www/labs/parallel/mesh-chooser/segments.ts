/** The parts of a model in words. */
import type { SegmentKind } from '../../../types/generated/SegmentKind';
import type { ParallelMessages } from '../text/messages';

/** What a stretch of segments is, first and one past the last: whole layers by their numbers, from 1 on. */
export function inWords(text: ParallelMessages['mesh'], segments: readonly SegmentKind[], [first, end]: readonly [number, number]): string[] {
  const layer = (at: number): number => Math.ceil(at / 2);
  const half = (at: number): string => `${text.layers(layer(at), layer(at))} ${segments[at] === 'attention' ? text.half.attention : text.half.feed_forward}`;
  const [words, after]: [string[], string[]] = [[], []];
  if (first === 0) words.push(text.embedding);
  let from = Math.max(1, first);
  let to = Math.min(end, segments.length - 1);
  if (from < to && segments[from] === 'feed_forward') words.push(half(from++));
  if (from < to && segments[to - 1] === 'attention') after.push(half(--to));
  if (from < to) words.push(text.layers(layer(from), layer(to - 1)));
  if (end === segments.length) after.push(text.head);
  return [...words, ...after];
}

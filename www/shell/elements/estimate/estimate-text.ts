/** An estimate in words. */
import type { Estimate } from '../../../types/generated/Estimate';
import type { Words } from '../../text/words';

/** Runs whose memory is told one by one; of more, only the least and the most. */
const MOST_NAMED = 3;

/**
 * What all runs take together, and what each holds at its peak, as `about 12–18 s · 45 MiB at the peak (full), 21 MiB (lora)`; without
 * names only the most that one of them holds.
 */
export function estimateText({ messages, format }: Words, { runs }: Estimate, names: readonly string[] | null): string {
  const text = messages.estimate;
  // One run goes on at a time, or they take turns.
  const [low, high] = [0, 1].map((end) => runs.reduce((sum, { seconds }) => sum + seconds[end]!, 0)) as [number, number];
  const bytes = runs.map(({ memory }) => memory['total'] ?? 0);
  const ranks = Math.max(...runs.map((run) => run.ranks));
  const named = (run: number): string => {
    const of = runs[run]!.ranks;
    return of === 1 ? names![run]! : text.eachRank(names![run]!, format.count(of));
  };
  const time = text.seconds(format.durations(low, high));
  const eachRank = ranks === 1 ? '' : text.ofEachRank;
  if (runs.length === 1) return text.line(time, format.sizes(bytes[0]!), eachRank, []);
  if (!names) return text.atMost(time, format.sizes(Math.max(...bytes)), eachRank);
  if (runs.length > MOST_NAMED) return text.line(time, format.sizes(Math.min(...bytes), Math.max(...bytes)), eachRank, []);
  const [first, ...others] = bytes.map((size, run) => ({ size: format.sizes(size), run: named(run) }));
  return text.line(time, first!.size, first!.run, others);
}

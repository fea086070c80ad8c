/** The search of a run, round by round. */
import { extent } from '../../../../kit/extent';
import type { Candidate } from '../../../../types/generated/Candidate';
import type { SearchReport } from '../../../../types/generated/SearchReport';

/** What became of a rate. */
export type Fate = 'chosen' | 'dropped' | 'diverged' | 'open';

/** Candidates from the lowest rate to the highest. */
export const byRate = ({ candidates }: SearchReport): Candidate[] => [...candidates].sort((a, b) => a.learning_rate - b.learning_rate);

export function fateOf({ learning_rate, losses, dropped_after }: Candidate, { chosen }: SearchReport): Fate {
  if (chosen !== null && learning_rate === chosen) return 'chosen';
  // A loss that is not finite is left out.
  if (dropped_after !== null && losses.at(-1)?.[0] !== dropped_after) return 'diverged';
  return dropped_after === null && chosen === null ? 'open' : 'dropped';
}

/** Rates and losses of each round, by the steps after which it was measured; of those that were still in it. */
export function rounds(report: SearchReport): { steps: number; points: { rate: number; loss: number }[] }[] {
  const all = byRate(report);
  const steps = [...new Set(all.flatMap(({ losses }) => losses.map(([step]) => step)))].sort((a, b) => a - b);
  return steps.map((step) => ({
    steps: step,
    points: all.flatMap(({ learning_rate, losses }) => losses.flatMap(([at, loss]) => (at === step ? [{ rate: learning_rate, loss }] : []))),
  }));
}

/** Whether a search took the highest or the lowest of the rates that it tried, so that the best may lie beyond them. */
export function edgeOf(report: SearchReport): 'highest' | 'lowest' | null {
  const all = byRate(report);
  const { chosen } = report;
  if (chosen === null || all.length < 2) return null;
  return chosen === all.at(-1)!.learning_rate ? 'highest' : chosen === all[0]!.learning_rate ? 'lowest' : null;
}

/** How much above its best a picture reaches, in times of what the better half of the first rounds lies above it: worse rates would flatten the rest. */
const REACH = 2;

/** The losses that a picture of several searches reaches over; null: there are none. What is above its upper end is drawn there. */
export function reach(reports: readonly SearchReport[]): [low: number, high: number] | null {
  const losses = reports.flatMap(({ candidates }) => candidates.flatMap((candidate) => candidate.losses.map(([, loss]) => loss)));
  const found = extent(losses);
  if (!found) return null;
  const firsts = reports.flatMap(({ candidates }) => candidates.flatMap((candidate) => candidate.losses[0]?.[1] ?? [])).sort((a, b) => a - b);
  const middle = firsts[firsts.length >> 1] ?? found[1];
  return [found[0], Math.min(found[1], found[0] + REACH * Math.max(middle - found[0], 0.02))];
}

/** The forward and backward phases of ranks: from a rank's first forward to its last backward in a step. */
import type { Phase } from '../types/generated/Phase';
import type { RankStep } from '../types/generated/RankStep';

/** The share of a replica's time, from the first forward to the last backward, in which ranks neither compute nor communicate. */
export function bubble(ranks: RankStep[]): number {
  const phases = ranks.flatMap(({ phase }) => phase ?? []);
  const length = lengthOf(phases);
  const busy = phases.reduce((sum, phase) => sum + phase.computing + phase.communicating, 0);
  return length > 0 ? Math.max(0, 1 - busy / (length * phases.length)) : 0;
}

/** From the first one's beginning to the last one's end. */
export function lengthOf(phases: Phase[]): number {
  return phases.length > 0 ? Math.max(...phases.map(({ end }) => end)) - Math.min(...phases.map(({ start }) => start)) : 0;
}

/** How far a fork can be compared. */
import type { RunView } from '../../store/run-view';

/** The last step that two runs have both done; 0: there is none. */
export function common(fork: RunView, other: RunView): number {
  const [own, theirs] = [fork, other].map((run) => run.curve('loss').steps.at(-1) ?? 0);
  return Math.min(own!, theirs!);
}

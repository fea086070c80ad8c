/** What runs of this tab held after some steps, for forks that may come later: within a budget of bytes, the oldest experiments first. */
import { keyOf } from '../../engine/spec/legs';
import { parentOf } from '../../engine/spec/patch';
import type { RunState } from '../../engine/wasm';
import type { Spec } from '../../types/generated/Spec';

interface Kept {
  /** What the run is, up to that step: the same training gives the same state. */
  key: string;
  step: number;
  bytes: number;
  state: RunState;
}

export class KeptStates {
  private readonly kept: Kept[] = [];

  constructor(private readonly budget: number) {}

  /** Takes in what the runs of an experiment held. */
  add(spec: Spec, states: readonly { run: number; state: RunState }[]): void {
    for (const { run, state } of states) {
      const key = keyOf(spec, run);
      if (this.kept.some((other) => other.key === key && other.step === state.step)) continue;
      this.kept.push({ key, step: state.step, bytes: state.ranks.reduce((sum, rank) => sum + rank.byteLength, 0), state });
    }
    while (this.kept.length > 0 && this.bytes > this.budget) this.kept.shift();
  }

  /** Those that forks of an experiment would begin with, but forks that are there already: of each the nearest, however deep it is. */
  of(spec: Spec, ended: readonly number[]): { run: number; state: RunState }[] {
    const forks = spec.runs.flatMap((_, run) => (ended.includes(run) ? [] : [run]));
    const found = forks.flatMap((fork): { run: number; state: RunState }[] => {
      let limit = Infinity;
      for (let [run, left] = [fork, spec.runs.length]; left > 0; left--) {
        limit = Math.min(limit, spec.runs[run]?.fork?.step ?? limit);
        run = parentOf(spec, run);
        if (run < 0) break;
        const [key, step] = [keyOf(spec, run), this.last(spec, run, limit)];
        const nearest = this.kept.find((one) => one.key === key && one.step === step);
        if (nearest) return [{ run, state: nearest.state }];
      }
      return [];
    });
    return found.filter(({ state }, i) => found.findIndex((other) => other.state === state) === i);
  }

  /** The last step up to one, after which it is known what a run held; null where it is not. */
  last(spec: Spec, run: number, step: number): number | null {
    const key = keyOf(spec, run);
    const steps = this.kept.filter((one) => one.key === key && one.step <= step).map((one) => one.step);
    return steps.length > 0 ? Math.max(...steps) : null;
  }

  /** What a run held after a step; null where it is not known. */
  at(spec: Spec, run: number, step: number): RunState | null {
    const key = keyOf(spec, run);
    return this.kept.find((one) => one.key === key && one.step === step)?.state ?? null;
  }

  private get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

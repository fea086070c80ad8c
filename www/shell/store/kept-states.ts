/** What runs of this tab held after some steps, for forks that may come later: within a budget of bytes, the oldest experiments first. */
import { legsOf } from '../../engine/spec/legs';
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

  /** Those that runs of an experiment held, or would. */
  of(spec: Spec): { run: number; state: RunState }[] {
    const keys = spec.runs.map((_, run) => keyOf(spec, run));
    return this.kept.flatMap(({ key, state }) => {
      const run = keys.indexOf(key);
      return run < 0 ? [] : [{ run, state }];
    });
  }

  private get bytes(): number {
    return this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

const keyOf = (spec: Spec, run: number): string => JSON.stringify(legsOf(spec, run));

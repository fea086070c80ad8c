/** An engine for tests: it does what it is told to. */
import type { Ended, LabRun, RunOptions } from '../../engine/lab';
import type { RunState, SavedRun } from '../../engine/wasm';
import type { Environment } from '../../types/generated/Environment';
import type { Event } from '../../types/generated/Event';
import type { RunResult } from '../../types/generated/RunResult';
import type { Spec } from '../../types/generated/Spec';

type States = { run: number; state: RunState }[];

/** Where it runs. */
export const FAKE_ENVIRONMENT: Environment = { engine: 'test', variant: 'single-relaxed', simd: '', threads: 1, isolated: false, cores: 1, user_agent: '' };

/** One experiment that was asked for. */
export class FakeRun {
  /** What was pressed. */
  readonly pressed: string[] = [];
  saved: SavedRun[] = [];
  private settle!: { resolve(ended: Ended): void; reject(error: unknown): void };
  readonly ended = new Promise<Ended>((resolve, reject) => (this.settle = { resolve, reject }));

  constructor(
    readonly spec: Spec,
    readonly options: RunOptions,
  ) {
    this.ended.catch(() => undefined);
  }

  tell(...events: Event[]): void {
    for (const event of events) this.options.onEvent?.(event);
  }

  finish(runs = this.spec.runs.map(({ name }) => finished(name)), states: States = [], adapters: Ended['adapters'] = []): void {
    this.settle.resolve({ result: { version: 2, spec: this.spec, environment: FAKE_ENVIRONMENT, runs, comparison: [], advice: [] }, states, adapters });
  }

  fail(error: unknown): void {
    this.settle.reject(error);
  }
}

export class FakeLab {
  readonly runs: FakeRun[] = [];

  run(spec: unknown, options: RunOptions = {}): LabRun {
    const run = new FakeRun(spec as Spec, options);
    this.runs.push(run);
    const press = (name: string) => (...args: unknown[]) => void run.pressed.push([name, ...args].join(' ').trim());
    return {
      pause: press('pause'),
      resume: press('resume'),
      step: press('step'),
      cancel: press('cancel'),
      recover: press('recover'),
      byHand: press('byHand'),
      pass: press('pass'),
      kill: press('kill'),
      hang: press('hang'),
      saved: () => Promise.resolve(run.saved),
      get result() {
        return run.ended.then(({ result }) => result);
      },
      ended: run.ended,
    };
  }

  get last(): FakeRun {
    return this.runs.at(-1)!;
  }
}

/** The result of a run that did one step. */
export const finished = (name: string, status: RunResult['status'] = 'finished'): RunResult => ({
  name,
  status,
  problem: null,
  diff: [],
  series: { loss: [[1, 2.5]] },
  metrics: { loss: { value: 2.5, unit: 'nats/token', kind: 'measured', spread: null } },
  memory: {},
  samples: [],
  reports: {},
});

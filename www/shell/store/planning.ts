/** Plans of runs on several ranks, made when somebody looks. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../engine/error';
import type { Lab } from '../../engine/lab';
import type { NearestMesh } from '../../types/generated/NearestMesh';
import type { Planned } from '../../types/generated/Planned';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import { resolve } from '../../engine/spec/patch';
import type { ClockPort } from '../ports';

export interface Plan {
  /** Null while it is made, or where there are problems. */
  planned: Planned | null;
  /** Where there are problems: the nearest mesh that has none, or null. */
  nearest: NearestMesh | null;
  problems: readonly Problem[];
}

const EMPTY: Plan = { planned: null, nearest: null, problems: [] };
/** Milliseconds from the last change of a spec until it is planned. */
const PLAN_AFTER = 60;
/** Milliseconds after which a plan that failed, but not for its spec, is made again when somebody looks. */
const AGAIN_AFTER = 5_000;
/** Plans that are remembered. */
const MOST = 12;

export class Planning {
  private readonly plans = new Map<string, Signal.State<Plan>>();
  /** When plans failed that may be made now, as where a file did not arrive. */
  private readonly failed = new WeakMap<Signal.State<Plan>, number>();
  private pending: { key: string; cancel: () => void; abort: AbortController } | null = null;
  /** What was shown last, until the next plan is there. */
  private last: Plan = EMPTY;

  constructor(
    private readonly lab: Pick<Lab, 'plan' | 'nearest'>,
    private readonly clock: ClockPort,
  ) {}

  /** The plan of a run; the one that was shown before, until it is made. */
  of(spec: Spec, run: number): Plan {
    const key = JSON.stringify(resolve(spec, run));
    let plan = this.plans.get(key);
    if (!plan) {
      plan = new Signal.State<Plan>(this.last);
      this.plans.set(key, plan);
      for (const old of [...this.plans.keys()].slice(0, -MOST)) this.plans.delete(old);
      this.later(key, spec, run, plan);
    } else if (this.clock.now() - (this.failed.get(plan) ?? Infinity) > AGAIN_AFTER) {
      this.failed.delete(plan);
      this.later(key, spec, run, plan);
    }
    return plan.get();
  }

  private later(key: string, spec: Spec, run: number, plan: Signal.State<Plan>): void {
    this.forget();
    const abort = new AbortController();
    const cancel = this.clock.after(PLAN_AFTER, () => void this.make(spec, run, plan, abort.signal).finally(() => this.pending?.key === key && (this.pending = null)));
    this.pending = { key, cancel, abort };
  }

  private async make(spec: Spec, run: number, plan: Signal.State<Plan>, signal: AbortSignal): Promise<void> {
    const show = (made: Plan): void => {
      if (signal.aborted) return;
      this.last = made;
      plan.set(made);
    };
    try {
      show({ planned: await this.lab.plan(spec, run, signal), nearest: null, problems: [] });
    } catch (error) {
      const problems = problemsOf(error);
      // A problem of the spec names a field.
      if (problems.every(({ field }) => field === null)) this.failed.set(plan, this.clock.now());
      const nearest = await this.lab.nearest(spec, run, signal).catch(() => null);
      show({ planned: null, nearest, problems });
    }
  }

  /** What nobody looks at any more need not be made; it is when somebody does again. */
  private forget(): void {
    if (!this.pending) return;
    this.pending.cancel();
    this.pending.abort.abort();
    this.plans.delete(this.pending.key);
    this.pending = null;
  }

  dispose(): void {
    this.forget();
    this.plans.clear();
  }
}

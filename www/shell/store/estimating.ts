/** What the experiment as it is written will take, estimated once it rests and while nothing runs. */
import { Signal } from 'signal-polyfill';
import type { Lab } from '../../engine/lab';
import type { Estimate } from '../../types/generated/Estimate';
import type { Spec } from '../../types/generated/Spec';
import type { ClockPort } from '../ports';

/** Milliseconds from the last change of a spec until it is estimated: its check has answered by then, and its files are on their way. */
const ESTIMATE_AFTER = 500;
/** Milliseconds after which an estimate that failed is made again when somebody looks: a file may have arrived by then. */
const AGAIN_AFTER = 5_000;
/** Estimates that are remembered. */
const MOST = 12;

export class Estimating {
  private readonly estimates = new Map<string, Signal.State<Estimate | null>>();
  private readonly failed = new WeakMap<Signal.State<Estimate | null>, number>();
  private pending: { key: string; cancel: () => void; abort: AbortController } | null = null;

  constructor(
    private readonly lab: Pick<Lab, 'estimate'>,
    private readonly clock: ClockPort,
  ) {}

  /** What the runs of an experiment will take; null until it is known, or where it cannot be. */
  of(spec: Spec): Estimate | null {
    const key = JSON.stringify(spec);
    let estimate = this.estimates.get(key);
    if (!estimate) {
      estimate = new Signal.State<Estimate | null>(null);
      this.estimates.set(key, estimate);
      for (const old of [...this.estimates.keys()].slice(0, -MOST)) this.estimates.delete(old);
      this.later(key, spec, estimate);
    } else if (this.clock.now() - (this.failed.get(estimate) ?? Infinity) > AGAIN_AFTER) {
      this.failed.delete(estimate);
      this.later(key, spec, estimate);
    }
    return estimate.get();
  }

  /** Makes none now: something else is to have the machine. */
  stop(): void {
    if (!this.pending) return;
    this.pending.cancel();
    this.pending.abort.abort();
    // It is made when somebody looks again.
    this.estimates.delete(this.pending.key);
    this.pending = null;
  }

  dispose(): void {
    this.stop();
    this.estimates.clear();
  }

  private later(key: string, spec: Spec, estimate: Signal.State<Estimate | null>): void {
    this.stop();
    const abort = new AbortController();
    const pending = { key, abort, cancel: this.clock.after(ESTIMATE_AFTER, () => void this.make(spec, estimate, abort.signal).finally(() => this.pending === pending && (this.pending = null))) };
    this.pending = pending;
  }

  private async make(spec: Spec, estimate: Signal.State<Estimate | null>, signal: AbortSignal): Promise<void> {
    try {
      const made = await this.lab.estimate(spec, signal);
      if (!signal.aborted) estimate.set(made);
    } catch {
      // What is wrong with a spec is told by its check, and what is wrong with the engine by the lab.
      this.failed.set(estimate, this.clock.now());
    }
  }
}

/** Runs experiments, and knows what the one that is shown measured. */
import { Signal } from 'signal-polyfill';
import { TinyaiError, problemsOf } from '../../engine/error';
import { Cancelled, type Lab, type LabRun } from '../../engine/lab';
import type { Loading } from '../../engine/assets';
import type { PeftFiles } from '../../engine/shelf/shelf';
import { keyOf } from '../../engine/spec/legs';
import { parentOf } from '../../engine/spec/patch';
import type { RunState, SavedRun } from '../../engine/wasm';
import type { AtGate } from '../../types/generated/AtGate';
import type { Environment } from '../../types/generated/Environment';
import type { Event } from '../../types/generated/Event';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import type { ClockPort } from '../ports';
import { endedRuns } from './ended-runs';
import { ExperimentView } from './experiment-view';
import { KeptStates } from './kept-states';
import type { Keeping, RunKeeper } from './run-keeper';

export type Phase = 'idle' | 'loading' | 'running' | 'paused' | 'lost' | 'finished' | 'cancelled' | 'failed';

/** Bytes of states that are kept for forks. */
const STATES = 256 << 20;
/** Adapters that are kept to be saved as files. */
const ADAPTERS = 32;
/** Milliseconds in which what is interrupted is saved once more. */
const PATIENCE = 5_000;

export interface RunnerOptions {
  lab: Pick<Lab, 'run'>;
  clock: ClockPort;
  keeper: RunKeeper;
  /** Where experiments run; null until it is known. */
  environment: () => Environment | null;
  now?: () => Date;
}

export class Runner {
  private readonly states = new KeptStates(STATES);
  /** What runs of this tab have trained, by what they are: the oldest are forgotten first. */
  private readonly adapters = new Map<string, PeftFiles>();
  private readonly where = new Signal.State<Phase>('idle');
  private readonly download = new Signal.State<Loading | null>(null);
  private readonly shown = new Signal.State<ExperimentView | null>(null);
  private readonly earlier = new Signal.State<ExperimentView | null>(null);
  private readonly looksBack = new Signal.State(false);
  private readonly said = new Signal.State<readonly Problem[]>([]);
  private readonly queued = new Signal.State(false);
  private readonly waiting = new Signal.State<readonly AtGate[]>([]);
  private readonly stepped = new Signal.State(false);
  private run: LabRun | null = null;
  private keeping: Keeping | null = null;
  private disposed = false;

  constructor(private readonly options: RunnerOptions) {}

  get phase(): Phase {
    return this.where.get();
  }

  get busy(): boolean {
    return ['loading', 'running', 'paused', 'lost'].includes(this.phase);
  }

  get loading(): Loading | null {
    return this.download.get();
  }

  /** Whether it waits for an experiment of another lab on the page. */
  get waitsForOther(): boolean {
    return this.queued.get();
  }

  /** The experiment under way, or the last one. */
  get current(): ExperimentView | null {
    return this.shown.get();
  }

  /** The one before, which had a result. */
  get previous(): ExperimentView | null {
    return this.earlier.get();
  }

  get viewsPrevious(): boolean {
    return this.looksBack.get();
  }

  /** What is shown. */
  get view(): ExperimentView | null {
    return this.viewsPrevious ? this.previous : this.current;
  }

  /** Why the experiment as a whole did not run to its end. */
  get problems(): readonly Problem[] {
    return this.said.get();
  }

  /** Whether every rank waits before each action. */
  get byHand(): boolean {
    return this.stepped.get();
  }

  /** Ranks that wait before an action. */
  get gates(): readonly AtGate[] {
    return this.waiting.get();
  }

  viewPrevious(view: boolean): void {
    this.looksBack.set(view);
  }

  /** Shows a kept experiment. */
  show(result: ExperimentResult, ended: Date): void {
    if (this.busy) return;
    const view = ExperimentView.of(result, this.options.clock, ended);
    this.current?.dispose();
    this.become(view);
    this.where.set(endOf(view));
  }

  /** Shows another experiment that is over, or none. */
  exchange(view: ExperimentView | null): void {
    if (this.busy || view === this.current) return;
    this.become(view);
    this.earlier.set(null);
    this.said.set([]);
    this.where.set(view ? endOf(view) : 'idle');
  }

  /**
   * Runs an experiment. Runs that ended already, with the same settings, are not run again as long as there is another that did not:
   * they would give the same.
   */
  async start(spec: Spec): Promise<void> {
    if (this.busy || this.disposed) return;
    await this.go(structuredClone(spec), this.endedBefore(spec), (saved) => this.options.keeper.begin(spec, saved));
  }

  /** Goes on with an experiment that was interrupted. */
  async resume(spec: Spec, saved: SavedRun[], keeping: Keeping): Promise<void> {
    if (this.busy || this.disposed) return keeping.dispose();
    await this.go(structuredClone(spec), saved, () => Promise.resolve(keeping));
  }

  /**
   * The steps that a run is a fork of which would have to be done again for it to begin, after those that are kept; null where there are
   * none, or where that run is yet to be run.
   */
  again(spec: Spec, run: number): { from: number; to: number } | null {
    const to = spec.runs[run]?.fork?.step;
    const parent = parentOf(spec, run);
    if (to === undefined || parent < 0 || !this.endedBefore(spec).some((ended) => ended.run === parent)) return null;
    const from = this.states.last(spec, parent, to) ?? 0;
    return from < to ? { from, to } : null;
  }

  /** What a run of the shown experiment held at its end; null where it has not come to it, or not in this tab. */
  heldBy(run: number): RunState | null {
    const { view } = this;
    const ended = view?.runs[run];
    return view && ended?.status === 'finished' ? this.states.at(view.spec, run, ended.step) : null;
  }

  /** What it has trained as the files of PEFT; null where PEFT has no such method, or it did not end in this tab. */
  adapterOf(run: number): PeftFiles | null {
    const { view } = this;
    return view && view.runs[run]?.status === 'finished' ? (this.adapters.get(keyOf(view.spec, run)) ?? null) : null;
  }

  private endedBefore(spec: Spec): SavedRun[] {
    return endedRuns(spec, [this.current, this.previous], this.options.environment());
  }

  private async go(spec: Spec, saved: SavedRun[], keep: (saved: SavedRun[]) => Promise<Keeping | null>): Promise<void> {
    const { clock, lab } = this.options;
    const view = new ExperimentView(spec, clock);
    for (const { run, result } of saved) view.runs[run]?.complete(result);
    this.putAway();
    this.become(view);
    this.said.set([]);
    this.waiting.set([]);
    this.where.set('loading');
    const run = (this.run = lab.run(spec, {
      saved,
      states: this.states.of(
        spec,
        saved.map(({ run }) => run),
      ),
      keep: STATES,
      onEvent: (event) => this.heard(view, event),
      onQueue: (waits) => this.queued.set(waits),
      onLoading: (loading) => this.download.set(loading),
      onGate: (at) => this.gated(at),
    }));
    if (this.byHand) run.byHand(true);
    let end: Phase | null = null;
    void keep(saved).then((keeping) => {
      if (this.disposed) return keeping?.dispose();
      // It may have ended before the library was there, and another may be under way.
      if (end !== null) return keeping ? this.ended(keeping, view, end) : undefined;
      this.keeping = keeping;
      keeping?.follow(() => run.saved(), view.spec);
    });
    try {
      const { result, states, adapters } = await run.ended;
      this.states.add(spec, states);
      this.keepAdapters(spec, adapters);
      view.complete(result, this.now());
      this.where.set(endOf(view));
    } catch (error) {
      this.failed(error);
      view.end(this.now());
    }
    end = this.phase;
    this.run = null;
    this.download.set(null);
    this.queued.set(false);
    this.waiting.set([]);
    const { keeping } = this;
    this.keeping = null;
    if (keeping) this.ended(keeping, view, end);
  }

  private keepAdapters(spec: Spec, adapters: readonly ({ run: number } & PeftFiles)[]): void {
    for (const { run, config, weights } of adapters) {
      const key = keyOf(spec, run);
      this.adapters.delete(key);
      this.adapters.set(key, { config, weights });
    }
    for (const key of this.adapters.keys()) if (this.adapters.size > ADAPTERS) this.adapters.delete(key);
  }

  /** Keeps the last experiment for who looks back; one that failed does not take the place of one that did not. */
  private putAway(): void {
    const { current, previous } = this;
    const good = current !== null && endOf(current) !== 'failed';
    if (current?.result && (good || !previous)) {
      previous?.dispose();
      this.earlier.set(current);
    } else {
      current?.dispose();
    }
  }

  private failed(error: unknown): void {
    if (error instanceof Cancelled || this.disposed) {
      this.where.set('cancelled');
      return;
    }
    this.said.set(problemsOf(error));
    this.where.set('failed');
    if (!(error instanceof TinyaiError)) console.error(error);
  }

  private ended(keeping: Keeping, view: ExperimentView, phase: Phase): void {
    const status = phase === 'failed' ? 'failed' : phase === 'cancelled' ? 'cancelled' : 'finished';
    void keeping.finish(status, view.result);
  }

  private become(view: ExperimentView | null): void {
    this.shown.set(view);
    this.looksBack.set(false);
  }

  private now(): Date {
    return this.options.now?.() ?? new Date();
  }

  private heard(view: ExperimentView, event: Event): void {
    if (this.phase === 'loading') this.where.set('running');
    if (this.loading) this.download.set(null);
    if (event.type === 'lost') {
      this.where.set('lost');
      this.waiting.set([]);
    }
    view.apply(event);
    this.keeping?.tick();
  }

  // ---- Controls

  pause(): void {
    this.run?.pause();
    if (this.phase === 'running') this.where.set('paused');
    void this.keeping?.saveNow();
  }

  resumeRun(): void {
    this.run?.resume();
    if (this.phase === 'paused') this.where.set('running');
  }

  step(): void {
    this.run?.step();
    if (this.phase === 'running') this.where.set('paused');
  }

  cancel(run?: number): void {
    this.run?.cancel(run);
  }

  /** Ends what runs as leaving the page does: what is kept of it can be gone on with. */
  async interrupt(): Promise<void> {
    const { run, keeping } = this;
    if (keeping) {
      let stop = (): void => undefined;
      const patience = new Promise<void>((resolve) => (stop = this.options.clock.after(PATIENCE, resolve)));
      await Promise.race([keeping.saveNow(), patience]);
      stop();
      // It may have ended meanwhile.
      if (this.keeping === keeping) {
        this.keeping = null;
        keeping.dispose();
      }
    }
    if (this.run === run) run?.cancel();
  }

  /** Replaces the ranks of a run of which one was lost. */
  recover(index: number): void {
    const view = this.current?.runs[index];
    if (!view?.lost) return;
    view.rewind(view.lost.from);
    this.where.set('running');
    this.run?.recover(index);
  }

  /** From the next step on every rank waits before each action, or no longer. */
  setByHand(on: boolean): void {
    this.stepped.set(on);
    this.run?.byHand(on);
    if (!on) for (const { rank } of this.gates) this.pass(rank);
  }

  /** Lets one rank, or every rank that waits, do its next action. */
  pass(rank?: number): void {
    const going = this.gates.filter((at) => rank === undefined || at.rank === rank);
    this.waiting.set(this.gates.filter((at) => !going.includes(at)));
    for (const at of going) this.run?.pass(at.rank);
  }

  kill(rank: number): void {
    this.run?.kill(rank);
  }

  hang(rank: number): void {
    this.run?.hang(rank);
  }

  private gated(at: AtGate): void {
    // One that is still at it when all are to go on is not kept.
    if (!this.byHand) this.run?.pass(at.rank);
    else this.waiting.set([...this.gates.filter(({ rank }) => rank !== at.rank), at]);
  }

  dispose(): void {
    this.disposed = true;
    this.run?.cancel();
    // It did not end: it can be gone on with.
    this.keeping?.dispose();
    this.keeping = null;
    this.current?.dispose();
    this.previous?.dispose();
  }
}

function endOf(view: ExperimentView): Phase {
  if (view.runs.every(({ status }) => status === 'failed')) return 'failed';
  return view.runs.some(({ status }) => status === 'finished') ? 'finished' : 'cancelled';
}

/** A {@link Session} on real ranks. */
import { TinyaiError, problemsOf } from '../engine/error';
import type { AtGate } from '../types/generated/AtGate';
import type { MeshSpec } from '../types/generated/MeshSpec';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Pilot } from '../types/generated/Pilot';
import type { Planned } from '../types/generated/Planned';
import type { Prediction } from '../types/generated/Prediction';
import type { Problem } from '../types/generated/Problem';
import type { RankStep } from '../types/generated/RankStep';
import { trainAlone } from './baseline';
import { Planner } from './planner';
import type { Stages, Wire } from './protocol';
import { BUSY, type Baseline, type LostRank, type Ran, type Session, type SessionPhase } from './session';
import { summary, type StepSummary } from './summary';
import { World, type WorldOptions } from './world';

/** Where the engine and the files are. */
export type SessionOptions = Pick<WorldOptions, 'engineBase' | 'assetBase' | 'files'>;

/** What ranks held after a step. */
interface Snapshot {
  step: number;
  ranks: Uint8Array[];
}

/** Milliseconds after the last change of a spec until it is planned. */
const PLAN_AFTER = 60;
/** Milliseconds that ranks have to end by themselves when a run is cancelled. */
const STOP_WITHIN = 500;

export class TrainingSession extends EventTarget implements Session {
  phase: SessionPhase = 'idle';
  planned: Planned | null = null;
  nearest: MeshSpec | null = null;
  ran: Ran | null = null;
  pilots: Pilot[] = [];
  prediction: Prediction | null = null;
  baseline: Baseline | null = null;
  baselineProblem: Problem | null = null;
  steps: StepSummary[] = [];
  ranks: RankStep[] = [];
  lost: LostRank | null = null;
  through = false;
  gates: (AtGate | null)[] = [];
  loading: Session['loading'] = null;
  transport: Wire['kind'] | null = null;

  private readonly cores = navigator.hardwareConcurrency || 1;
  private readonly planner: Planner;
  private world: World | null = null;
  private stages: Stages = null;
  private snapshot: Snapshot | null = null;
  /** Why the written spec makes no plan. */
  private planProblems: Problem[] = [];
  /** Why the last run failed. */
  private failure: Problem[] = [];
  private planTimer = 0;
  private planNumber = 0;
  /** Steps to do before the next pause; null: all. */
  private allowed: number | null = null;
  private wake: (() => void) | null = null;
  private stop = new AbortController();
  /** A run was asked for, and its plan is on its way. */
  private starting = false;

  constructor(
    public spec: ParallelSpec,
    private readonly options: SessionOptions = {},
  ) {
    super();
    this.planner = new Planner({ ...options, onLoading: (loading) => this.show({ loading: { file: loading.asset, loaded: loading.received, total: loading.total ?? 0 } }) });
    this.write(spec);
  }

  get busy(): boolean {
    return BUSY.includes(this.phase);
  }

  private get cancelled(): boolean {
    return this.stop.signal.aborted;
  }

  /** Why a run failed is told until another spec is written. */
  get problems(): Problem[] {
    return [...this.planProblems, ...(this.failure.length > 0 && same(this.spec, this.ran?.spec) ? this.failure : [])];
  }

  /** The most ranks that this browser is asked for: each has an engine, and beyond some per core more teach nothing. */
  get maxRanks(): number {
    return Math.min(16, Math.max(8, 4 * this.cores));
  }

  write(spec: ParallelSpec): void {
    this.spec = spec;
    clearTimeout(this.planTimer);
    this.planTimer = setTimeout(() => void this.plan(), PLAN_AFTER) as unknown as number;
    this.changed();
  }

  /** Plans the spec as it is written. */
  async plan(): Promise<Planned | null> {
    clearTimeout(this.planTimer);
    const number = ++this.planNumber;
    const spec = structuredClone(this.spec);
    const show = (change: Partial<Pick<TrainingSession, 'planned' | 'nearest'>>, problems: Problem[]): void => {
      if (number !== this.planNumber) return;
      this.planProblems = problems;
      this.show({ ...change, ...(!this.busy && { loading: null }) });
    };
    try {
      const planned = await this.planner.plan(spec, this.maxRanks);
      show({ planned, nearest: null }, []);
      return planned;
    } catch (error) {
      const nearest = await this.planner.nearest(spec, this.maxRanks).catch(() => null);
      show({ planned: null, nearest }, problemsOf(error));
      return null;
    }
  }

  async run({ compare = true }: { compare?: boolean } = {}): Promise<void> {
    if (this.busy || this.starting) return;
    this.starting = true;
    const spec = structuredClone(this.spec);
    const planned = await this.plan();
    this.starting = false;
    if (!planned) return;
    this.stop = new AbortController();
    this.allowed = null;
    this.snapshot = null;
    this.stages = null;
    this.failure = [];
    this.show({ phase: 'loading', ran: { spec, planned }, pilots: [], prediction: null, baseline: null, baselineProblem: null, steps: [], ranks: [], lost: null, transport: null });
    await this.guarded(async () => {
      if (compare && planned.ranks.length > 1) await this.runBaseline(spec);
      await this.open(spec);
      await this.pilot(spec);
      await this.prepare(spec);
      await this.train(spec);
    });
  }

  pause(): void {
    this.allowed = 0;
    this.changed();
  }

  resume(): void {
    this.allowed = null;
    this.go();
  }

  step(): void {
    this.allowed = 1;
    this.go();
  }

  stepThrough(on: boolean): void {
    this.through = on;
    if (!on) this.gates.forEach((_, rank) => this.pass(rank));
    this.go();
  }

  pass(rank?: number): void {
    this.gates.forEach((at, other) => {
      if (!at || (rank !== undefined && other !== rank)) return;
      this.gates[other] = null;
      this.world?.pass(other);
    });
    this.changed();
  }

  cancel(): void {
    if (!this.busy) return;
    this.stop.abort();
    const { world } = this;
    world?.stop();
    // A rank that builds its model does not hear that at once, and one that is gone never does.
    setTimeout(() => world?.terminate(), STOP_WITHIN);
    this.go();
  }

  kill(rank: number): void {
    this.world?.kill(rank);
  }

  /** Lets a rank hang, as a program does that never ends. */
  hang(rank: number): void {
    this.world?.hang(rank);
  }

  async recover(): Promise<void> {
    if (this.phase !== 'lost' || this.starting) return;
    const { spec } = this.ran!;
    this.stop = new AbortController();
    this.allowed = null;
    this.steps.length = this.snapshot?.step ?? 0;
    this.failure = [];
    this.show({ phase: 'loading', lost: null });
    await this.guarded(async () => {
      await this.open(spec);
      // One that was lost before all were measured left nothing to go by.
      if (this.pilots.length === 0) await this.pilot(spec);
      await this.prepare(spec);
      await this.train(spec);
    });
  }

  /** Runs `work`, and shows how it ended. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    let end: Partial<TrainingSession>;
    try {
      await work();
      end = { phase: 'finished' };
      // Nobody waits for it: the next run has ranks of its own.
      void this.world?.close().catch(() => undefined);
    } catch (error) {
      if (!(error instanceof TinyaiError)) console.error(error);
      const problems = problemsOf(error);
      const lost = !this.cancelled && problems[0]?.code === 'rank_lost';
      end = { phase: this.cancelled ? 'cancelled' : lost ? 'lost' : 'failed', lost: lost ? this.lostRank(problems[0]!) : null };
      this.failure = this.cancelled ? [] : problems;
      this.world?.terminate();
    }
    this.world = null;
    this.show({ ...end, gates: [], loading: null });
  }

  private lostRank(problem: Problem): LostRank {
    const silent = this.world?.silent;
    return {
      rank: silent?.rank ?? Number(problem.value),
      step: this.steps.length,
      snapshot: this.snapshot?.step ?? 0,
      noticedAfter: silent?.milliseconds ?? 0,
    };
  }

  private async runBaseline(spec: ParallelSpec): Promise<void> {
    this.show({ phase: 'baseline' });
    const world = (this.world = await World.open({ ...this.options, ranks: 1, ...this.listening() }));
    const problem = await trainAlone(world, spec, () => !this.cancelled, (baseline) => this.show({ baseline }));
    this.stopIfCancelled();
    if (!problem) return world.close();
    world.terminate();
    this.show({ baseline: null, baselineProblem: problem });
  }

  private async open(spec: ParallelSpec): Promise<void> {
    // The world before may have been closing meanwhile.
    this.stopIfCancelled();
    const { transport } = spec.communication;
    // A rank that waits in shared memory does not hear what lets it go on.
    const wire = this.through ? 'ports' : transport === 'auto' ? undefined : transport;
    const { ranks } = this.ran!.planned;
    this.world = await World.open({ ...this.options, ranks: ranks.length, ...(wire && { transport: wire }), ...this.listening() });
    if (this.pilots.length > 0) this.world.expect(this.pilots, this.cores);
    this.show({ gates: ranks.map(() => null), transport: this.world.transport });
    this.stopIfCancelled();
  }

  private listening(): Pick<WorldOptions, 'onGate' | 'onLoading' | 'signal'> {
    return {
      signal: this.stop.signal,
      onGate: (at) => {
        // One that is still at it when all are to go on is not kept.
        if (!this.through) return this.world?.pass(at.rank);
        this.gates[at.rank] = at;
        this.changed();
      },
      onLoading: ({ asset, received, total }) => this.show({ loading: { file: asset, loaded: received, total: total ?? 0 } }),
    };
  }

  /** Measures ranks and connections; divides the layers by that, where it is wished; foretells the steps. */
  private async pilot(spec: ParallelSpec): Promise<void> {
    this.show({ phase: 'pilot', loading: null });
    const world = this.world!;
    const pilots = (await world.run({ program: 'pilot', spec })) as Pilot[];
    const prediction = await this.planner.predict(spec, pilots, this.cores);
    this.stages = prediction.stages;
    const planned = await this.planner.plan(spec, this.maxRanks, this.stages);
    world.expect(pilots, this.cores);
    this.show({ pilots, prediction, ran: { spec, planned } });
    this.stopIfCancelled();
  }

  private async prepare(spec: ParallelSpec): Promise<void> {
    const world = this.world!;
    await world.run({ program: 'prepare', spec, stages: this.stages });
    const snapshot = this.snapshot;
    if (snapshot) await world.run((rank) => ({ program: 'restore', snapshot: snapshot.ranks[rank]!, step: snapshot.step }));
    this.stopIfCancelled();
  }

  private async train(spec: ParallelSpec): Promise<void> {
    let gated = false;
    while (this.steps.length < spec.training.steps) {
      await this.permission();
      this.stopIfCancelled();
      if (this.through !== gated) await this.toggleGates(spec, (gated = this.through));
      this.show({ phase: gated ? 'stepping' : 'running' });
      const ranks = (await this.world!.run({ program: 'train', steps: 1 })) as RankStep[];
      // Only the last step's timeline is shown: a long run keeps no others.
      const last = this.steps.at(-1);
      if (last) last.timeline = { ...last.timeline, spans: [] };
      this.steps.push(summary(this.ran!.planned, ranks, gated));
      if (this.allowed) this.allowed--;
      if (this.steps.length % spec.ranks.snapshot_every === 0) await this.takeSnapshot();
      this.show({ ranks });
    }
  }

  private async takeSnapshot(): Promise<void> {
    const ranks = (await this.world!.run({ program: 'snapshot' })) as Uint8Array[];
    this.snapshot = { step: this.steps.length, ranks };
  }

  /** From the next step on ranks wait before each action, or no longer. */
  private async toggleGates(spec: ParallelSpec, on: boolean): Promise<void> {
    if (on && this.world!.transport === 'shared') {
      await this.takeSnapshot();
      await this.world!.close();
      await this.open(spec);
      await this.prepare(spec);
    }
    await this.world!.run({ program: 'gate', on });
  }

  /** Waits while the run is paused. */
  private async permission(): Promise<void> {
    while (this.allowed === 0 && !this.cancelled) {
      this.show({ phase: 'paused' });
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private go(): void {
    this.wake?.();
    this.wake = null;
    this.changed();
  }

  private stopIfCancelled(): void {
    if (this.cancelled) throw new TinyaiError([]);
  }

  private show(change: Partial<TrainingSession>): void {
    Object.assign(this, change);
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

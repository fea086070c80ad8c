/** The engine as a lab, or a program, uses it. */
import type { AtGate } from '../types/generated/AtGate';
import type { Environment } from '../types/generated/Environment';
import type { EqualisedBy } from '../types/generated/EqualisedBy';
import type { Estimate } from '../types/generated/Estimate';
import type { Event } from '../types/generated/Event';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { NearestMesh } from '../types/generated/NearestMesh';
import type { Planned } from '../types/generated/Planned';
import type { Fit } from '../types/generated/Fit';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import type { Loading } from './assets';
import type { EngineClient, EngineHost } from './host';
import { LinkedAbort } from './linked';
import type { Control, EngineMethods, JobDone } from './methods';
import type { Lease, Turn } from './pool';
import { Ranks } from './ranks';
import { EngineShelf } from './shelf/shelf';
import type { RunState, SavedRun } from './wasm';

/** How an experiment is run. */
export interface RunOptions {
  /** Aborting ends the experiment at once; `result` is then rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  onEvent?: (event: Event) => void;
  /** Another experiment of the page goes first, or no longer does. */
  onQueue?: (waits: boolean) => void;
  /** A file that the experiment needs is on its way. */
  onLoading?: (loading: Loading) => void;
  /** A rank waits before an action, while that is asked for. */
  onGate?: (at: AtGate) => void;
  /** Runs that go on from where they were interrupted, or that have ended. */
  saved?: SavedRun[];
  /** What runs held after some steps, for forks to begin there. */
  states?: { run: number; state: RunState }[];
  /** Bytes of such states that are kept for later. */
  keep?: number;
}

/** What an experiment leaves. */
export interface Ended {
  result: ExperimentResult;
  /** What its runs held after some steps. */
  states: { run: number; state: RunState }[];
  /** What runs have trained that PEFT has a method for, as its files. */
  adapters: { run: number; config: string; weights: Uint8Array }[];
}

/** A running experiment; every control acts within about 100 ms. */
export interface LabRun {
  pause(): void;
  resume(): void;
  /** Does one optimizer step, then stays paused. */
  step(): void;
  /** Cancels one run by its index, or all; what they measured so far stays in the result. */
  cancel(run?: number): void;
  /** Replaces the ranks of a run of which one was lost; it goes on from its last state. */
  recover(run: number): void;
  /** From the next step on every rank waits before each action, or no longer. */
  byHand(on: boolean): void;
  /** Lets a rank that waits do its next action. */
  pass(rank: number): void;
  /** Ends a rank's worker, as if its tab had been closed. */
  kill(rank: number): void;
  /** Lets a rank hang, as a program does that never ends. */
  hang(rank: number): void;
  /** What each run would go on from if everything ended now. */
  saved(): Promise<SavedRun[]>;
  /** Rejected with a `TinyaiError` where the experiment is refused as a whole. */
  readonly result: Promise<ExperimentResult>;
  readonly ended: Promise<Ended>;
}

/** Why an experiment that was cancelled before it began has no result. */
export class Cancelled extends Error {
  constructor() {
    super('The experiment was cancelled before it began.');
    this.name = 'Cancelled';
  }
}

let nextJob = 1;

/** A hold on the page's engine; `close` settles whatever waits. */
export class Lab {
  private readonly lease: Lease<EngineMethods, Record<never, never>>;

  constructor(
    readonly host: EngineHost,
    /** Called by `close`, after everything has been let go of. */
    private readonly onClose: () => void = () => undefined,
  ) {
    this.lease = host.acquire();
  }

  /** Where experiments run; loads the engine if need be. */
  async environment(signal?: AbortSignal): Promise<Environment> {
    return this.lease.ask(async () => this.host.environment!, { signal });
  }

  /** All problems of a spec, without running it; none if it is fine. */
  check(spec: unknown, signal?: AbortSignal): Promise<Problem[]> {
    return this.ask((engine, signal) => engine.call('check', spec, { signal }), signal);
  }

  /** What a link of version 1 on a lab's page means today. */
  migrate(lab: string, link: unknown, signal?: AbortSignal): Promise<Spec> {
    return this.ask((engine, signal) => engine.call('migrate', { lab, link }, { signal }), signal);
  }

  /** The plan of a run on several ranks. */
  plan(spec: unknown, run: number, signal?: AbortSignal): Promise<Planned> {
    return this.ask(async (engine, signal) => engine.call('plan', await this.planning(engine, spec, run, signal), { signal }), signal);
  }

  /** The nearest mesh that can be for a run; null if there is none, or the mesh is not what is wrong. */
  nearest(spec: unknown, run: number, signal?: AbortSignal): Promise<NearestMesh | null> {
    return this.ask(async (engine, signal) => engine.call('nearest', await this.planning(engine, spec, run, signal), { signal }), signal);
  }

  /** How runs go with their models and texts, as far as it shows without the weights. */
  fit(spec: unknown, signal?: AbortSignal): Promise<Fit> {
    return this.ask(async (engine, signal) => engine.call('fit', { spec, files: await this.reading(engine, spec, signal) }, { signal }), signal);
  }

  /** What each run will take. It is measured, so it waits until nothing runs, and nothing runs meanwhile. */
  estimate(spec: unknown, signal?: AbortSignal): Promise<Estimate> {
    const work = async ({ engine, signal }: Turn<EngineMethods, Record<never, never>>) =>
      engine.call('estimate', { spec, files: await this.reading(engine, spec, signal), cores: this.host.cores }, { signal });
    return this.lease.run(work, { signal });
  }

  /** The same experiment with the sizes, or the batches, of its runs made to fit what is to be equal among them; measured as an estimate. */
  equalise(spec: unknown, by: EqualisedBy, signal?: AbortSignal): Promise<Spec> {
    const work = async ({ engine, signal }: Turn<EngineMethods, Record<never, never>>) =>
      engine.call('equalise', { spec, by, files: await this.reading(engine, spec, signal), cores: this.host.cores }, { signal });
    return this.lease.run(work, { signal });
  }

  /** Fetches what an experiment will need, so that it starts at once and no longer needs the network. */
  async preload(spec: unknown, signal?: AbortSignal): Promise<void> {
    const paths = await this.ask((engine, signal) => engine.call('requiredAssets', spec, { signal }), signal);
    await this.host.assets.preload(paths, { signal });
  }

  /** Keeps a file in this tab, for specs that name it as `file:NAME`. */
  async addFile(name: string, bytes: Uint8Array): Promise<void> {
    this.host.assets.addBytes(`file:${name}`, bytes);
  }

  /** Runs an experiment; those of a page are run one after the other, so that each is measured alone. */
  run(spec: unknown, options: RunOptions = {}): LabRun {
    const job = nextJob++;
    const live: Live = { engine: null, ranks: null, waiting: [] };
    const before = new LinkedAbort(options.signal);
    const ended = this.lease.run((turn) => this.work(job, spec, options, live, turn), { signal: before.signal, onQueue: options.onQueue }).finally(() => before.unlink());
    ended.catch(() => undefined);
    const control = (action: Control, run: number | null = null): void => {
      if (live.engine) live.engine.notify('control', { job, action, run });
      // What is said before the engine is there is said again once it is.
      else live.waiting.push([action, run]);
    };
    const result = ended.then(({ result }) => result);
    result.catch(() => undefined);
    return {
      pause: () => control('pause'),
      resume: () => control('resume'),
      step: () => control('step'),
      cancel: (run) => {
        if (run === undefined && !live.engine) return before.abort(new Cancelled());
        if (run === undefined) live.ranks?.end();
        else live.ranks?.endRun(run);
        control('cancel', run ?? null);
      },
      recover: (run) => control('recover', run),
      byHand: (on) => control(on ? 'by_hand' : 'by_itself'),
      pass: (rank) => live.ranks?.world?.pass(rank),
      kill: (rank) => live.ranks?.world?.kill(rank),
      hang: (rank) => live.ranks?.world?.hang(rank),
      saved: async () => (live.engine ? live.engine.call('saved', job) : []),
      result,
      ended,
    };
  }

  /** A shelf of adapters on the base of a spec; its `run` sources are that spec's. */
  shelf(spec: unknown, onQueue?: (waits: boolean) => void): EngineShelf {
    return new EngineShelf({ host: this.host, lease: this.lease, spec, onQueue });
  }

  /** Lets go of the engine. */
  close(): void {
    this.lease.release();
    this.onClose();
  }

  private ask<T>(question: (engine: EngineClient, signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.lease.ask(question, { signal });
  }

  private async reading(engine: EngineClient, spec: unknown, signal: AbortSignal) {
    return this.host.assets.getAll(await engine.call('estimateAssets', spec, { signal }), { signal });
  }

  private async planning(engine: EngineClient, spec: unknown, run: number, signal: AbortSignal) {
    const paths = await engine.call('planAssets', { spec, run }, { signal });
    return { spec, run, files: await this.host.assets.getAll(paths, { signal }), cores: this.host.cores };
  }

  private async work(job: number, spec: unknown, options: RunOptions, live: Live, turn: Turn<EngineMethods, Record<never, never>>): Promise<JobDone> {
    const { engine, signal } = turn;
    const { onEvent, onLoading, onGate, saved = [], states = [], keep = 0 } = options;
    const paths = await engine.call('requiredAssets', spec, { signal });
    const { files, transfer } = await this.host.assets.forWorker(paths, { signal, onProgress: onLoading });
    const ranks = (live.ranks = new Ranks({ host: this.host, paths, signal, onGate, onLoading }));
    const stop = (): void => ranks.end();
    signal.addEventListener('abort', stop);
    try {
      const done = engine.call('run', { id: job, spec, files, saved, states, keep }, {
        signal,
        transfer,
        onProgress: (progress) => {
          if ('events' in progress) {
            for (const event of progress.events) {
              // One that went to its end has had its ranks close already.
              if (event.type === 'failed' || event.type === 'cancelled') ranks.endRun(event.run);
              onEvent?.(event);
            }
            return;
          }
          void ranks.obey(progress.order).then((answers) => {
            const moved = Array.isArray(answers) ? answers.flatMap(({ state }) => (state ? [state.buffer as ArrayBuffer] : [])) : [];
            engine.notify('answer', { job, answers }, moved);
          });
        },
      });
      live.engine = engine;
      for (const [action, run] of live.waiting.splice(0)) engine.notify('control', { job, action, run });
      return await done;
    } finally {
      live.engine = null;
      signal.removeEventListener('abort', stop);
      ranks.end();
    }
  }
}

/** What a running experiment has at hand. */
interface Live {
  engine: EngineClient | null;
  ranks: Ranks | null;
  waiting: [Control, number | null][];
}

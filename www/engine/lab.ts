import type { Environment } from '../types/generated/Environment';
import type { Event } from '../types/generated/Event';
import type { Problem } from '../types/generated/Problem';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { Spec } from '../types/generated/Spec';
import { PROTOCOL_VERSION, type Control, type Loading, type Reply, type Request } from '../workers/protocol';
import { TinyaiError, problem } from './error';

/** Where the engine is and how it runs. */
export interface LabOptions {
  /** Where `models/` and `corpora/` are; by default beside the page. */
  assetBase?: string | URL;
  /** Where the folders of the engine's variants are; by default `engine/` beside this module (on the site: beside the page). */
  engineBase?: string | URL;
  /** Threads of the kernels' pool; by default one per core. 0: a build without threads. */
  threads?: number;
  /** Makes the engine worker; needed where the page may not start the one of this package (another origin). */
  worker?: () => Worker;
}

/** What to be told while an experiment runs. */
export interface RunOptions {
  /** Aborting cancels all runs; `result` is then rejected with the signal's reason. */
  signal?: AbortSignal;
  onEvent?: (event: Event) => void;
  /** A file that the experiment needs is on its way. */
  onLoading?: (loading: Loading) => void;
}

/** A running experiment; every control acts within about 100 ms. */
export interface LabRun {
  pause(): void;
  resume(): void;
  /** Does one optimizer step, then stays paused. */
  step(): void;
  /** Cancels one run by its index, or all; what they measured so far stays in the result. */
  cancel(run?: number): void;
  /** Rejected with a {@link TinyaiError} where the experiment is refused as a whole. */
  readonly result: Promise<ExperimentResult>;
}

/**
 * How long threads may take to start, in milliseconds, and how often it is tried. In Firefox (ESR 153) `new Worker` within a worker now
 * and then never returns; a worker in which it does so is replaced.
 */
const THREADS_PATIENCE = 10_000;
const THREADS_TRIES = 3;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  options: RunOptions;
}

type Sent = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** An engine in a worker of its own; after a crash the next call starts a fresh one. */
export class Lab {
  private readonly waiting = new Map<number, Waiting>();
  private readonly files = new Map<string, Uint8Array>();
  private nextId = 1;
  private started: { worker: Worker; environment: Promise<Environment> } | undefined;
  /** Requests to a worker whose engine is not there yet: one that replaces it is told them again. */
  private early: Request[] | null = null;
  private tries = 0;
  private watch: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: LabOptions) {}

  /** Where experiments run; loads the engine if need be. */
  environment(): Promise<Environment> {
    return this.start().environment;
  }

  /** All problems of a spec, without running it; none if it is fine. */
  async check(spec: unknown): Promise<Problem[]> {
    await this.environment();
    return (await this.send({ type: 'check', spec }).answer) as Problem[];
  }

  /** Keeps a file in this tab, for specs that name it as `file:NAME`. */
  async addFile(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes);
    if (this.started) await this.send({ type: 'file', name, bytes }).answer;
  }

  /** Fetches what an experiment will need, so that it starts at once and no longer needs the network. */
  async preload(spec: unknown): Promise<void> {
    await this.environment();
    await this.send({ type: 'preload', spec }).answer;
  }

  /** Runs an experiment; several are run one after the other, so that each is measured alone. */
  run(spec: Spec, options: RunOptions = {}): LabRun {
    this.start();
    const { id, answer } = this.send({ type: 'run', spec }, options);
    const control = (action: Control, run: number | null = null): void => {
      if (this.waiting.has(id)) this.post({ type: 'control', target: id, action, run });
    };
    options.signal?.addEventListener('abort', () => control('cancel'), { once: true });
    if (options.signal?.aborted) control('cancel');
    return {
      pause: () => control('pause'),
      resume: () => control('resume'),
      step: () => control('step'),
      cancel: (run) => control('cancel', run ?? null),
      result: answer.then((result) => {
        options.signal?.throwIfAborted();
        return result as ExperimentResult;
      }),
    };
  }

  /** Ends the worker and everything that runs in it. */
  close(): void {
    this.stop(problem('internal', 'The engine was closed.', '引擎已关闭。'));
  }

  private start(): { worker: Worker; environment: Promise<Environment> } {
    if (this.started) return this.started;
    const worker = this.spawn();
    this.early = [];
    this.tries = 1;
    const started = (this.started = { worker, environment: Promise.reject<Environment>() });
    started.environment.catch(() => undefined);
    const page = globalThis.document?.baseURI ?? globalThis.location?.href;
    // The package has the engine beside its module; the site has it beside its page.
    const home = import.meta.env.MODE === 'library' ? import.meta.url : page;
    const open = this.send({
      type: 'open',
      version: PROTOCOL_VERSION,
      engineBase: new URL(this.options.engineBase ?? 'engine/', home).href,
      assetBase: new URL(this.options.assetBase ?? '.', page).href,
      threads: this.options.threads ?? null,
    });
    started.environment = open.answer as Promise<Environment>;
    started.environment.catch(() => undefined);
    for (const [name, bytes] of this.files) this.send({ type: 'file', name, bytes }).answer.catch(() => undefined);
    return started;
  }

  private spawn(): Worker {
    const worker =
      this.options.worker?.() ?? new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'tinyai' });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.receive(data);
    worker.onerror = (event) => {
      const detail = event.message || 'the worker could not be started';
      this.stop(problem('internal', `The engine's worker failed: ${detail}`, `引擎的工作线程出错：${detail}`, detail));
    };
    return worker;
  }

  /** In the place of a worker that does not get its threads; the last does without. */
  private replace(): void {
    if (!this.started || !this.early) return;
    this.started.worker.terminate();
    this.started.worker = this.spawn();
    if (++this.tries > THREADS_TRIES) this.early = this.early.map((request) => (request.type === 'open' ? { ...request, threads: 0 } : request));
    for (const request of this.early) this.started.worker.postMessage(request);
  }

  private send(request: Sent, options: RunOptions = {}): { id: number; answer: Promise<unknown> } {
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject, options }));
    this.post({ ...request, id } as Request);
    return { id, answer };
  }

  private post(request: Request): void {
    this.early?.push(request);
    this.started?.worker.postMessage(request);
  }

  private receive(reply: Reply): void {
    if (reply.type === 'crashed') return this.stop(reply.problem);
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    if (reply.type === 'threads') {
      clearTimeout(this.watch);
      this.watch = setTimeout(() => this.replace(), THREADS_PATIENCE);
      return;
    }
    // Nothing is answered before the engine is there, or cannot be.
    clearTimeout(this.watch);
    this.early = null;
    if (reply.type === 'events') return reply.events.forEach((event) => waiting.options.onEvent?.(event));
    if (reply.type === 'loading') return waiting.options.onLoading?.(reply.loading);
    this.waiting.delete(reply.id);
    if (reply.type === 'done') waiting.resolve(reply.value);
    else waiting.reject(new TinyaiError(reply.problems));
  }

  /** Nobody is left waiting for a worker that is gone. */
  private stop(reason: Problem): void {
    clearTimeout(this.watch);
    this.early = null;
    this.started?.worker.terminate();
    this.started = undefined;
    for (const waiting of this.waiting.values()) waiting.reject(new TinyaiError([reason]));
    this.waiting.clear();
  }
}

/** At most one engine worker for a page, however many labs it has: it is started when there is work, and ended when there is none for a while. */
import type { Problem } from '../types/generated/Problem';
import { TinyaiError, problem } from './error';
import { LinkedAbort } from './linked';
import type { Methods, RpcClient } from './rpc';

/** How a pool is made. */
export interface PoolOptions<M extends Methods<M>, E> {
  /** Starts a worker and greets it. */
  start: (signal: AbortSignal) => Promise<RpcClient<M, E>>;
  /** Milliseconds without work after which the worker is ended; it holds hundreds of MB. */
  idleMilliseconds?: number;
  /** Milliseconds that a worker may take to let go of what was aborted, before it is ended. */
  graceMilliseconds?: number;
}

/** What a job has while it runs. */
export interface Turn<M extends Methods<M>, E> {
  readonly engine: RpcClient<M, E>;
  /** Aborted with the job, or when its holder leaves: to be given to every call. */
  readonly signal: AbortSignal;
}

export type Job<T, M extends Methods<M>, E> = (turn: Turn<M, E>) => Promise<T>;

/** A lab's hold on the pool. */
export interface Lease<M extends Methods<M>, E> {
  /**
   * Runs a job when all that were given before it are done; tells whether it waits for them. Aborting removes it from the queue, or aborts what it does; the
   * promise is rejected at once with the reason of the signal.
   */
  run<T>(job: Job<T, M, E>, options?: { signal?: AbortSignal | undefined; onQueue?: ((waits: boolean) => void) | undefined }): Promise<T>;
  /** Asks the worker something short, without waiting for the jobs. */
  ask<T>(question: (engine: RpcClient<M, E>, signal: AbortSignal) => Promise<T>, options?: { signal?: AbortSignal | undefined }): Promise<T>;
  /** Aborts all that was asked through this lease; the last one that is released ends the worker. */
  release(): void;
}

const IDLE_MILLISECONDS = 60_000;
const GRACE_MILLISECONDS = 5_000;

/** The worker, from the moment it is asked for. */
interface Started<M extends Methods<M>, E> {
  client: Promise<RpcClient<M, E>>;
  starting: AbortController;
  /** Known once it has started. */
  running?: RpcClient<M, E>;
}

export class EnginePool<M extends Methods<M>, E = Record<never, never>> {
  private worker: Started<M, E> | undefined;
  private readonly leases = new Set<AbortController>();
  /** Lets those in, in turn, who wait for the one place where jobs run. */
  private readonly queue: (() => void)[] = [];
  private occupied = false;
  /** Jobs and questions that may use the worker. */
  private users = 0;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(private readonly options: PoolOptions<M, E>) {}

  /** A hold for one lab; it has to be released. */
  acquire(): Lease<M, E> {
    if (this.disposed) throw new TinyaiError([left()]);
    const lease = new AbortController();
    this.leases.add(lease);
    return {
      run: (job, options) => this.use(lease, options?.signal, (signal) => this.queued(job, signal, options?.onQueue)),
      ask: (question, options) => this.use(lease, options?.signal, async (signal) => question(await this.started(), signal)),
      release: () => {
        if (!this.leases.delete(lease)) return;
        lease.abort(new TinyaiError([left()]));
        if (this.leases.size === 0) this.stop();
      },
    };
  }

  /** Releases all leases. */
  dispose(): void {
    this.disposed = true;
    for (const lease of this.leases) lease.abort(new TinyaiError([left()]));
    this.leases.clear();
    this.stop();
  }

  /** Does work on behalf of a lease; rejected at once when it is aborted, whatever the work does about it. */
  private async use<T>(lease: AbortController, outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const link = new LinkedAbort(lease.signal, outer);
    const { signal } = link;
    try {
      signal.throwIfAborted();
      this.users++;
      clearTimeout(this.idle);
      const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      const working = work(signal).finally(() => this.leave());
      return await Promise.race([working, aborted]);
    } finally {
      link.unlink();
    }
  }

  private leave(): void {
    this.users--;
    if (this.users > 0 || !this.worker) return;
    this.idle = setTimeout(() => this.stop(), this.options.idleMilliseconds ?? IDLE_MILLISECONDS);
  }

  private async queued<T>(job: Job<T, M, E>, signal: AbortSignal, onQueue?: (waits: boolean) => void): Promise<T> {
    if (this.occupied) {
      onQueue?.(true);
      await this.turnOf(signal);
      onQueue?.(false);
    }
    this.occupied = true;
    let engine: RpcClient<M, E> | undefined;
    try {
      engine = await this.started();
      signal.throwIfAborted();
      return await job({ engine, signal });
    } finally {
      if (engine && signal.aborted) await this.letGo(engine);
      this.exit();
    }
  }

  /** Waits for the place where jobs run, in the order of asking. */
  private turnOf(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const letIn = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.queue.splice(this.queue.indexOf(letIn), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort);
      this.queue.push(letIn);
    });
  }

  private exit(): void {
    const letIn = this.queue.shift();
    if (letIn) letIn();
    else this.occupied = false;
  }

  /** Waits until a worker has cancelled what was aborted; one that does not is ended. */
  private async letGo(engine: RpcClient<M, E>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const grace = this.options.graceMilliseconds ?? GRACE_MILLISECONDS;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), grace)));
    const end = await Promise.race([engine.cancelled(), late]);
    clearTimeout(timer);
    if (end === 'late') engine.close(hung(grace));
  }

  /** The worker, started if there is none. One that has ended, or does not start, is replaced for the next who needs it. */
  private started(): Promise<RpcClient<M, E>> {
    if (this.worker && !this.worker.running?.end) return this.worker.client;
    const starting = new AbortController();
    const { signal } = starting;
    const client = this.options.start(signal).then((client) => {
      // It was given up while it started.
      if (signal.aborted) client.close();
      signal.throwIfAborted();
      worker.running = client;
      return client;
    });
    const worker: Started<M, E> = { client, starting };
    client.catch(() => {
      if (this.worker === worker) this.worker = undefined;
    });
    this.worker = worker;
    return client;
  }

  private stop(): void {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    worker?.starting.abort(new TinyaiError([left()]));
    worker?.running?.close();
  }
}

const left = (): Problem => problem('internal', 'The lab was closed.', '实验已关闭。');

const hung = (milliseconds: number): Problem =>
  problem(
    'internal',
    `The engine did not stop within ${milliseconds / 1000} s and was ended; it is started anew for the next run.`,
    `引擎未能在 ${milliseconds / 1000} 秒内停止，已被终止；下次运行时会重新启动。`,
    String(milliseconds),
  );

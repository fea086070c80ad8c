/** Work that is done once per key however many ask for it, and only as long as somebody waits for it. */

import { guarded } from './guarded';

/** Does the work; the signal is aborted when nobody waits any more. */
export type Work<T, P> = (signal: AbortSignal, progress: (progress: P) => void) => Promise<T>;

/** How somebody waits. */
export interface WaitOptions<P> {
  /** Aborting rejects this waiting with the signal's reason, at once; others go on waiting. */
  signal?: AbortSignal | undefined;
  /** Is told first how far the work is already, if it is under way. */
  onProgress?: ((progress: P) => void) | undefined;
}

interface Waiter<T, P> {
  resolve(value: T): void;
  reject(reason: unknown): void;
  progress: ((progress: P) => void) | undefined;
}

interface Running<T, P> {
  waiters: Set<Waiter<T, P>>;
  controller: AbortController;
  latest: P | undefined;
}

/** Keeps what succeeded; what failed, or was given up, is done again for the next who asks. */
export class Once<T, P = never> {
  private readonly done = new Map<string, T>();
  private readonly running = new Map<string, Running<T, P>>();
  private disposed: Error | null = null;

  get(key: string, work: Work<T, P>, { signal, onProgress }: WaitOptions<P> = {}): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.disposed) return Promise.reject(this.disposed);
    const kept = this.done.get(key);
    if (kept !== undefined) return Promise.resolve(kept);
    const running = this.running.get(key) ?? this.start(key, work);
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', abort);
        running.waiters.delete(waiter);
      };
      const abort = (): void => {
        leave();
        if (running.waiters.size === 0) this.giveUp(key, running, signal!.reason);
        reject(signal!.reason as Error);
      };
      const waiter: Waiter<T, P> = {
        resolve: (value) => (leave(), resolve(value)),
        reject: (reason) => (leave(), reject(reason as Error)),
        progress: onProgress,
      };
      running.waiters.add(waiter);
      signal?.addEventListener('abort', abort);
      const { latest } = running;
      if (latest !== undefined) guarded(() => onProgress?.(latest));
    });
  }

  /** What is kept under a key. */
  peek(key: string): T | undefined {
    return this.done.get(key);
  }

  /** Ends all work; whoever waits, or asks from now on, is rejected with `reason`. */
  dispose(reason: Error): void {
    if (this.disposed) return;
    this.disposed = reason;
    for (const [key, running] of this.running) {
      this.giveUp(key, running, reason);
      for (const waiter of running.waiters) waiter.reject(reason);
    }
    this.done.clear();
  }

  private giveUp(key: string, running: Running<T, P>, reason: unknown): void {
    if (this.running.get(key) === running) this.running.delete(key);
    running.controller.abort(reason);
  }

  private start(key: string, work: Work<T, P>): Running<T, P> {
    const running: Running<T, P> = { waiters: new Set(), controller: new AbortController(), latest: undefined };
    this.running.set(key, running);
    const progress = (progress: P): void => {
      running.latest = progress;
      for (const waiter of running.waiters) guarded(() => waiter.progress?.(progress));
    };
    // Work that was given up may end late, when other work has begun under its key.
    const isOver = (): boolean => this.running.get(key) !== running;
    void Promise.resolve()
      .then(() => work(running.controller.signal, progress))
      .then(
        (value) => {
          if (isOver()) return;
          this.running.delete(key);
          this.done.set(key, value);
          for (const waiter of running.waiters) waiter.resolve(value);
        },
        (reason: unknown) => {
          if (isOver()) return;
          this.running.delete(key);
          for (const waiter of running.waiters) waiter.reject(reason);
        },
      );
    return running;
  }
}

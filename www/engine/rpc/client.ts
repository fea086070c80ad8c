/**
 * The page's side of the RPC. One listener on the endpoint serves all calls, and nobody is left waiting: whatever ends the
 * worker — an error of its script, a message that cannot be read, a closed port, a silent handshake, {@link RpcClient.close}
 * — rejects every call that waits.
 */
import type { Problem } from '../../types/generated/Problem';
import { BUILD } from '../build';
import { TinyaiError } from '../error';
import { guarded } from '../guarded';
import type { CallOptions, CallParameters, ArgsOf, Methods, ResultOf } from './methods';
import { closed, failed, notSent, silent, stale } from './problems';
import { PROTOCOL_VERSION, messageIn, type Endpoint, type ToClient, type ToServer } from './wire';

/** How a client is made. */
export interface ClientOptions {
  /** What the worker is called in messages. */
  name?: string;
  build?: string;
  /** Milliseconds until a worker that does not greet is given up. */
  handshakeMilliseconds?: number;
}

/** A worker, or what stands at the other end of a port; the client ends it when it is closed. */
export type ClientEndpoint = Endpoint & { terminate?(): void; close?(): void };

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  progress: ((value: unknown) => void) | undefined;
}

const HANDSHAKE_MILLISECONDS = 15_000;
/** A timer that is so late was held up with the whole page, and so were the messages that it waits for. */
const SUSPENDED_MILLISECONDS = 1000;

export class RpcClient<M extends Methods<M>, E = Record<never, never>> {
  /** Resolved when both sides are known to be of one build; calls need not wait for it. */
  readonly ready: Promise<void>;
  /** Resolved, with the reason, when this client has ended, for whatever reason. */
  readonly ended: Promise<TinyaiError>;
  /** Why it has ended; null while it lives. */
  end: TinyaiError | null = null;
  /** When the worker last said anything, on the clock of `performance.now()`. */
  lastHeard = performance.now();

  private readonly name: string;
  private readonly identity: { protocol: number; build: string };
  private readonly waiting = new Map<number, Waiting>();
  /** Aborted calls that the worker has yet to answer. */
  private readonly cancelling = new Set<number>();
  private readonly listeners = new Map<string, Set<(value: never) => void>>();
  private whenCancelled: (() => void)[] = [];
  private nextId = 1;
  private greeted!: () => void;
  private refused!: (error: TinyaiError) => void;
  private resolveEnded!: (error: TinyaiError) => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly endpoint: ClientEndpoint,
    options: ClientOptions = {},
  ) {
    this.name = options.name ?? 'worker';
    this.identity = { protocol: PROTOCOL_VERSION, build: options.build ?? BUILD };
    this.ready = new Promise((resolve, reject) => ([this.greeted, this.refused] = [resolve, reject]));
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    endpoint.addEventListener('message', this.receive);
    endpoint.addEventListener('messageerror', this.unreadable);
    endpoint.addEventListener('error', this.broken);
    endpoint.addEventListener('close', this.hungUp);
    endpoint.start?.();
    this.expectGreeting(options.handshakeMilliseconds ?? HANDSHAKE_MILLISECONDS);
    this.post({ rpc: 'hello', ...this.identity });
  }

  /** Whether the worker has something to answer, or to cancel. */
  get busy(): boolean {
    return this.waiting.size + this.cancelling.size > 0;
  }

  /** Calls a method; rejected with a {@link TinyaiError}, or with the reason of the signal. */
  call<K extends keyof M & string>(method: K, ...[args, options]: CallParameters<M[K]>): Promise<ResultOf<M[K]>> {
    const { signal, transfer, onProgress } = (options ?? {}) as CallOptions<unknown>;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.end) return Promise.reject(this.end);
    const id = this.nextId++;
    return new Promise<ResultOf<M[K]>>((resolve, reject) => {
      const forget = (): void => {
        this.waiting.delete(id);
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        forget();
        this.cancelling.add(id);
        this.post({ rpc: 'abort', id });
        reject(signal!.reason as Error);
      };
      this.waiting.set(id, {
        resolve: (value) => (forget(), resolve(value as ResultOf<M[K]>)),
        reject: (reason) => (forget(), reject(reason as Error)),
        progress: onProgress,
      });
      signal?.addEventListener('abort', abort);
      try {
        this.post({ rpc: 'call', id, method, args }, transfer);
      } catch (error) {
        this.waiting.get(id)?.reject(new TinyaiError([notSent(`The argument of ${method}`, String(error))]));
      }
    });
  }

  /** Calls a method and waits for no answer; if its handler throws, the worker counts as failed. */
  notify<K extends keyof M & string>(method: K, args: ArgsOf<M[K]>, transfer?: Transferable[]): void {
    if (!this.end) this.post({ rpc: 'notify', method, args }, transfer);
  }

  /** Hears an event of the worker until the function that is returned is called. */
  on<K extends keyof E & string>(name: K, listener: (value: E[K]) => void): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Resolved when the worker has let go of every call that was aborted, or has ended. */
  cancelled(): Promise<void> {
    if (this.cancelling.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.whenCancelled.push(resolve));
  }

  /** Ends the worker at once; what waits is rejected with `reason`. */
  close(reason: Problem = closed(this.name)): void {
    this.finish([reason]);
  }

  /** Ends the worker at once, and tells nobody: as if it had been killed. Calls wait on until somebody closes the client. */
  silence(): void {
    this.endpoint.terminate?.();
  }

  private post(message: ToServer, transfer: Transferable[] = []): void {
    this.endpoint.postMessage(message, transfer);
  }

  private expectGreeting(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    this.timer = setTimeout(() => {
      if (performance.now() - due > SUSPENDED_MILLISECONDS) this.expectGreeting(milliseconds);
      else this.finish([silent(this.name, milliseconds)]);
    }, milliseconds);
  }

  private readonly receive = (event: Event): void => {
    const message = messageIn<ToClient>(event);
    if (!message) return;
    this.lastHeard = performance.now();
    switch (message.rpc) {
      case 'welcome':
        return this.welcome(message);
      case 'unable':
        return this.finish([failed(this.name, message.detail)]);
      case 'fatal':
        return this.finish(message.problems);
      case 'event':
        return this.listeners.get(message.name)?.forEach((listener) => guarded(() => listener(message.value as never)));
      case 'progress':
        return guarded(() => this.waiting.get(message.id)?.progress?.(message.value));
      case 'result':
        this.waiting.get(message.id)?.resolve(message.value);
        return this.letGo(message.id);
      case 'failure':
        this.waiting.get(message.id)?.reject(new TinyaiError(message.problems));
        return this.letGo(message.id);
    }
  };

  private welcome(worker: { protocol: number; build: string }): void {
    clearTimeout(this.timer);
    if (worker.protocol !== this.identity.protocol || worker.build !== this.identity.build) this.finish([stale(this.name, this.identity, worker)]);
    else this.greeted();
  }

  private letGo(id: number): void {
    if (!this.cancelling.delete(id) || this.cancelling.size > 0) return;
    for (const resolve of this.whenCancelled.splice(0)) resolve();
  }

  private readonly unreadable = (): void => this.finish([notSent(`A message of the ${this.name}`, 'it could not be read on the page')]);

  private readonly broken = (event: Event): void => {
    // A script that did not load has no message.
    const { message } = event as Partial<ErrorEvent>;
    this.finish([failed(this.name, message || 'its script could not be loaded or was not allowed to run')]);
  };

  private readonly hungUp = (): void => this.finish([failed(this.name, 'its port was closed')]);

  private finish(problems: Problem[]): void {
    if (this.end) return;
    const error = (this.end = new TinyaiError(problems));
    clearTimeout(this.timer);
    this.endpoint.removeEventListener('message', this.receive);
    this.endpoint.removeEventListener('messageerror', this.unreadable);
    this.endpoint.removeEventListener('error', this.broken);
    this.endpoint.removeEventListener('close', this.hungUp);
    this.post({ rpc: 'bye' });
    if (this.endpoint.terminate) this.endpoint.terminate();
    else this.endpoint.close?.();
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.listeners.clear();
    this.cancelling.clear();
    for (const resolve of this.whenCancelled.splice(0)) resolve();
    this.refused(error);
    this.resolveEnded(error);
  }
}

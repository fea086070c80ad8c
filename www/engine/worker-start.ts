/**
 * Starts a module worker wherever the page is: on its own origin, with its scripts on another one, in a sandboxed frame.
 *
 * There are two ways. `direct` gives the script's address to `Worker`. `blob` gives it the address of a blob that imports the
 * script. What comes of them in Chromium 156, isolated (COOP `same-origin`, COEP `require-corp`) or not, is asserted by
 * `tests/e2e/worker-start.spec.ts`:
 *
 * | page                                              | direct                     | blob                            |
 * |---------------------------------------------------|----------------------------|---------------------------------|
 * | script on the page's origin                       | starts                     | starts                          |
 * | … isolated, script without COEP                   | `error`                    | starts, isolated                |
 * | script on another origin, with CORS               | throws `SecurityError`     | starts, isolated if the page is |
 * | script on another origin, CORP alone              | throws `SecurityError`     | import fails                    |
 * | `sandbox="allow-scripts"`, script with CORS       | throws `SecurityError`     | starts; isolated if the frame is, with `allow="cross-origin-isolated"` |
 * | `sandbox="allow-scripts"`, script without CORS    | throws `SecurityError`     | import fails                    |
 * | CSP `worker-src 'self'`, or `script-src 'self'`   | starts                     | `error`, violation of `blob`    |
 * | CSP `worker-src blob:`                            | `error`, violation         | starts                          |
 * | CSP `worker-src 'none'`                           | `error`, violation         | `error`, violation              |
 * | script is missing, or a start page                | `error`                    | import fails                    |
 *
 * - What is blocked is told within about 100 ms, by an `error` event without a message and, where a policy blocks, a
 *   `securitypolicyviolation` on the document; `new Worker` throws only for another origin.
 * - The blob has to be a classic script with a dynamic `import()`. A module blob does not start at all in a frame with an opaque
 *   origin, and its static imports are held to `worker-src`, under which `worker-src blob:` forbids them. `data:` does not
 *   help where a blob does not, and is not isolated.
 * - An import that fails in a blob is silent outside; the blob therefore tells of it itself.
 * - A direct worker has the policy that its own response carries; a blob has that of the page. So under `script-src` without
 *   `'wasm-unsafe-eval'` neither the page nor a blob may compile WebAssembly, but a direct worker may, if the server sends the
 *   policy with pages only. A `WebAssembly.Module` and, if isolated, a `SharedArrayBuffer` can be posted to both.
 *
 * Helper threads of the engine's pool (wasm-bindgen-rayon's `workerHelpers.no-bundler.js`) are always started from a *module*
 * blob, within the engine's worker, and waited for without end: see `threads.ts`.
 */
import type { Problem } from '../types/generated/Problem';
import { TinyaiError, problem } from './error';
import { RpcClient, serve, type ClientOptions, type Handlers, type Methods } from './rpc';

/** Why a worker did not start. */
export type Blocked =
  /** A content security policy forbids it. */
  | 'policy'
  /** Its script could not be loaded, or failed. */
  | 'script'
  /** It gave no sign of life. */
  | 'silence';

/** No worker can be started; {@link connectHere} may do. */
export class WorkerBlocked extends TinyaiError {
  constructor(
    readonly because: Blocked,
    problem: Problem,
  ) {
    super([problem]);
    this.name = 'WorkerBlocked';
  }
}

/** How a worker is started. */
export interface StartOptions extends ClientOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds until a worker whose script has not begun to run is given up; what is forbidden is known much sooner. */
  startMilliseconds?: number;
}

const START_MILLISECONDS = 15_000;

type Way = 'direct' | 'blob';

/**
 * Starts a worker whose script calls `serve`, and waits until it does. Rejected with {@link WorkerBlocked}, or with the
 * reason of the signal.
 */
export async function startWorker(script: string | URL, options: StartOptions = {}): Promise<Worker> {
  const url = new URL(script, globalThis.document?.baseURI ?? globalThis.location.href);
  const ways: Way[] = url.origin === globalThis.origin ? ['direct', 'blob'] : ['blob'];
  let first: WorkerBlocked | undefined;
  for (const way of ways) {
    try {
      return await new Attempt(url, way, options).started;
    } catch (error) {
      // One that is merely slow would be no faster another way.
      if (!(error instanceof WorkerBlocked) || error.because === 'silence') throw error;
      // It says more than the second, which may fail for a reason of its own.
      first ??= error;
    }
  }
  throw first!;
}

/** Starts a worker and greets it; whoever gets the client has to close it. */
export async function connectWorker<M extends Methods<M>, E = Record<never, never>>(script: string | URL, options: StartOptions = {}): Promise<RpcClient<M, E>> {
  const client = new RpcClient<M, E>(await startWorker(script, options), options);
  const abort = (): void => client.close();
  options.signal?.addEventListener('abort', abort);
  try {
    await client.ready;
    return client;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** The same without a worker, where none may be started: the handlers run on the page, which waits while they compute. */
export async function connectHere<M extends Methods<M>, E = Record<never, never>>(handlers: Handlers<M>, options: ClientOptions = {}): Promise<RpcClient<M, E>> {
  const { port1, port2 } = new MessageChannel();
  serve<M, E>(port2, handlers, options.build === undefined ? {} : { build: options.build });
  const client = new RpcClient<M, E>(port1, options);
  await client.ready;
  return client;
}

/** One way of starting a worker: settled by its first sign of life, or by whatever says that none will come. */
class Attempt {
  readonly started: Promise<Worker>;
  private resolve!: (worker: Worker) => void;
  private reject!: (reason: unknown) => void;
  private worker: Worker | undefined;
  private blob: string | undefined;
  private policy: string | undefined;
  private readonly timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly url: URL,
    way: Way,
    private readonly options: StartOptions,
  ) {
    this.started = new Promise((resolve, reject) => ([this.resolve, this.reject] = [resolve, reject]));
    const { name = 'worker', signal, startMilliseconds = START_MILLISECONDS } = options;
    this.timer = setTimeout(() => this.fail('silence', `${startMilliseconds / 1000} s`), startMilliseconds);
    // A document, or in a worker its scope, hears of violations before the worker's error.
    (globalThis.document ?? globalThis).addEventListener('securitypolicyviolation', this.violated);
    signal?.addEventListener('abort', this.abort);
    if (signal?.aborted) {
      this.abort();
      return;
    }
    try {
      if (way === 'blob') this.blob = URL.createObjectURL(new Blob([importing(url)], { type: 'text/javascript' }));
      this.worker = way === 'blob' ? new Worker(this.blob!, { name }) : new Worker(url, { type: 'module', name });
      this.worker.addEventListener('message', this.hear);
      this.worker.addEventListener('error', this.broken);
    } catch (error) {
      this.fail('script', error instanceof Error ? error.message : String(error));
    }
  }

  private readonly hear = ({ data }: MessageEvent<{ rpc?: string; detail?: string } | null>): void => {
    if (data?.rpc === 'unable') this.fail('script', data.detail ?? '');
    if (data?.rpc !== 'awake') return;
    this.finish();
    this.resolve(this.worker!);
  };

  private readonly broken = (event: ErrorEvent): void => {
    event.preventDefault();
    // The violation that explains the error may be told after it.
    setTimeout(() => (this.policy === undefined ? this.fail('script', event.message || 'it was not loaded') : this.fail('policy', this.policy)));
  };

  private readonly violated = (event: Event): void => {
    const { disposition, blockedURI, effectiveDirective } = event as SecurityPolicyViolationEvent;
    if (disposition !== 'enforce' || !/^(worker|child|script|default)-src/.test(effectiveDirective)) return;
    if (blockedURI !== 'blob' && !blockedURI.startsWith('blob:') && blockedURI !== this.url.href) return;
    this.policy = effectiveDirective;
    this.fail('policy', effectiveDirective);
  };

  private readonly abort = (): void => {
    this.finish();
    this.worker?.terminate();
    this.reject(this.options.signal!.reason);
  };

  private fail(because: Blocked, detail: string): void {
    this.finish();
    this.worker?.terminate();
    this.reject(new WorkerBlocked(because, blockedProblem(this.options.name ?? 'worker', because, detail)));
  }

  private finish(): void {
    clearTimeout(this.timer);
    (globalThis.document ?? globalThis).removeEventListener('securitypolicyviolation', this.violated);
    this.options.signal?.removeEventListener('abort', this.abort);
    this.worker?.removeEventListener('message', this.hear);
    this.worker?.removeEventListener('error', this.broken);
    if (this.blob !== undefined) URL.revokeObjectURL(this.blob);
  }
}

/** A classic script that imports a module, and tells if it cannot. */
const importing = (url: URL): string =>
  `import(${JSON.stringify(url.href)}).catch((error) => postMessage({ rpc: 'unable', detail: String(error?.message ?? error) }));`;

function blockedProblem(name: string, because: Blocked, detail: string): Problem {
  switch (because) {
    case 'policy':
      return problem(
        'not_allowed',
        `The content security policy of this page (${detail}) forbids the ${name}. Whoever runs the page has to allow worker-src 'self' blob:.`,
        `本页的内容安全策略（${detail}）不允许启动 ${name}。需要由网站管理者允许 worker-src 'self' blob:。`,
        detail,
      );
    case 'script':
      return problem(
        'not_found',
        `The script of the ${name} could not be started (${detail}). Check the connection and reload the page; from another origin, it has to be served with CORS headers.`,
        `无法启动 ${name} 的脚本（${detail}）。请检查网络连接并重新载入页面；如果脚本来自其他源，服务器需要发送 CORS 响应头。`,
        detail,
      );
    case 'silence':
      return problem(
        'internal',
        `The ${name} gave no sign of life for ${detail}. The network may be slow: check the connection and reload the page.`,
        `${name} 在 ${detail} 内没有启动，可能是网络太慢。请检查网络连接并重新载入页面。`,
        detail,
      );
  }
}

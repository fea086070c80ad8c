/**
 * The helper threads of an engine with a thread pool, which run in workers that the engine's worker starts.
 *
 * wasm-bindgen-rayon's `workerHelpers.no-bundler.js` fetches its own script, makes a blob of it and starts that as a module
 * worker, for each thread; the helper imports `tinyai.js` from where it is. So a script on another origin needs CORS and nothing
 * else. But a helper that does not start is waited for without end, and that is so
 * - in a frame with an opaque origin (`sandbox="allow-scripts"`), where module blobs do not start in Chromium though classic
 *   ones do, even if the frame is isolated;
 * - where the policy of the *engine's worker* forbids blobs: the one of the response that brought its script, if it was started
 *   directly, and the page's, if from a blob (`worker-start.ts`). So under `worker-src 'self'` there are threads only if the
 *   server sends the policy with pages alone;
 * - where the page is not cross-origin isolated there is no shared memory to begin with.
 *
 * There a build without threads has to be taken. The helpers cannot be given another blob from outside: their script is part of
 * what wasm-bindgen writes, and `initThreadPool` has no parameter for it.
 */
import { TinyaiError, problem } from './error';

/** Whether a worker that is started like a helper starts, from the scope that this runs in. Takes some 50 ms. */
export function helpersStart(milliseconds = 2000): Promise<boolean> {
  const blob = URL.createObjectURL(new Blob(['postMessage(null)'], { type: 'text/javascript' }));
  let worker: Worker | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
    try {
      worker = new Worker(blob, { type: 'module', name: 'probe' });
    } catch {
      return resolve(false);
    }
    worker.onmessage = () => resolve(true);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(false);
    };
  }).finally(() => {
    clearTimeout(timer);
    worker?.terminate();
    URL.revokeObjectURL(blob);
  });
}

/**
 * Starts an engine's thread pool; fails with a {@link TinyaiError} where its threads do not start in time. The instance is
 * then of no use: its worker should be ended, and a build without threads be loaded in another.
 */
export async function startThreads(initThreadPool: (threads: number) => Promise<unknown>, threads: number, milliseconds = 10_000): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const refuse = (): void =>
      reject(
        new TinyaiError([
          problem(
            'not_allowed',
            `The engine's ${threads} threads did not start within ${milliseconds / 1000} s; it can run on one thread.`,
            `引擎的 ${threads} 个线程未能在 ${milliseconds / 1000} 秒内启动；可以改用单线程运行。`,
            String(threads),
          ),
        ]),
      );
    timer = setTimeout(refuse, milliseconds);
  });
  try {
    await Promise.race([initThreadPool(threads), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What of starting workers needs no browser; where they start is for `tests/e2e/worker-start.spec.ts`. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkerBlocked, connectHere, startWorker } from './worker-start';

/** The workers that were made, with what they were made from. */
let made: (EventTarget & { source: string; options?: WorkerOptions | undefined; terminated: boolean })[];
let page: EventTarget & { baseURI: string };
let revoked: string[];

beforeEach(() => {
  [made, revoked] = [[], []];
  page = Object.assign(new EventTarget(), { baseURI: 'https://site.example/lab/' });
  class StillWorker extends EventTarget {
    terminated = false;
    readonly source: string;
    constructor(
      source: string | URL,
      readonly options?: WorkerOptions | undefined,
    ) {
      super();
      this.source = String(source);
      made.push(this);
    }
    terminate(): void {
      this.terminated = true;
    }
  }
  vi.stubGlobal('Worker', StillWorker);
  vi.stubGlobal('document', page);
  vi.stubGlobal('origin', 'https://site.example');
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => 'blob:made');
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void revoked.push(url));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A worker says something. */
const say = (index: number, data: unknown): void => void made[index]!.dispatchEvent(Object.assign(new Event('message'), { data }));
const violate = (change: object): void =>
  void page.dispatchEvent(
    Object.assign(new Event('securitypolicyviolation'), { disposition: 'enforce', effectiveDirective: 'worker-src', blockedURI: 'https://site.example/lab/w.js', ...change }),
  );
const becauseOf = (starting: Promise<unknown>): Promise<unknown> =>
  starting.then(
    () => 'started',
    (error: unknown) => (error instanceof WorkerBlocked ? error.because : error),
  );

test('a script of the page’s own origin is started by its address, and waited for', async () => {
  const starting = startWorker('w.js', { name: 'engine' });
  expect(made.map(({ source, options }) => [source, options])).toEqual([['https://site.example/lab/w.js', { type: 'module', name: 'engine' }]]);
  say(0, { type: 'something else' });
  say(0, { rpc: 'awake' });
  expect(await starting).toBe(made[0]);
});

test('a script of another origin, or for an opaque one, is started from a blob, which is let go of', async () => {
  const starting = startWorker('https://cdn.example/w.js');
  vi.stubGlobal('origin', 'null');
  const opaque = startWorker('w.js');
  expect(made.map(({ source, options }) => [source, options?.type])).toEqual([
    ['blob:made', undefined],
    ['blob:made', undefined],
  ]);
  say(0, { rpc: 'awake' });
  say(1, { rpc: 'unable', detail: 'Failed to fetch' });
  expect(await starting).toBe(made[0]);
  await expect(opaque).rejects.toThrow('Failed to fetch');
  expect(revoked).toHaveLength(2);
});

test('what a policy forbids one way is tried the other way', async () => {
  const starting = startWorker('w.js');
  violate({});
  await vi.waitFor(() => expect(made).toHaveLength(2));
  expect(made[0]!.terminated).toBe(true);
  say(1, { rpc: 'awake' });
  expect(await starting).toBe(made[1]);
});

test('a violation that is only reported, or is of something else, does not end the start', async () => {
  const starting = startWorker('w.js');
  violate({ disposition: 'report' });
  violate({ effectiveDirective: 'img-src' });
  violate({ blockedURI: 'https://other.example/' });
  say(0, { rpc: 'awake' });
  expect(await starting).toBe(made[0]);
});

test('a worker that gives no sign of life is given up, and not tried another way', async () => {
  vi.useFakeTimers();
  const starting = becauseOf(startWorker('w.js', { startMilliseconds: 2000 }));
  await vi.advanceTimersByTimeAsync(2000);
  expect(await starting).toBe('silence');
  expect(made).toHaveLength(1);
  expect(made[0]!.terminated).toBe(true);
});

test('aborting ends the worker at once, with the reason', async () => {
  const removed = vi.spyOn(page, 'removeEventListener');
  const controller = new AbortController();
  const starting = becauseOf(startWorker('w.js', { signal: controller.signal }));
  controller.abort('enough');
  expect(await starting).toBe('enough');
  expect(made[0]!.terminated).toBe(true);
  expect(removed).toHaveBeenCalledOnce();
  expect(await becauseOf(startWorker('w.js', { signal: controller.signal }))).toBe('enough');
  expect(made).toHaveLength(1);
});

test('handlers run on the page where no worker may', async () => {
  const client = await connectHere<{ double(n: number): number }>({ double: (n) => 2 * n });
  expect(await client.call('double', 21)).toBe(42);
  client.close();
});

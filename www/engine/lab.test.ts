/** A lab and its worker: the worker is one that does not get its threads. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Environment } from '../types/generated/Environment';
import type { Reply, Request } from '../workers/protocol';
import { Lab } from './lab';

/** Workers that were started; each hangs while it starts threads. */
class HangingWorker {
  onmessage: ((event: { data: Reply }) => void) | null = null;
  readonly requests: Request[] = [];
  terminated = false;

  postMessage(request: Request): void {
    this.requests.push(request);
    if (request.type !== 'open') return;
    if (request.threads === 0) this.reply({ type: 'done', id: request.id, value: { variant: 'single-simd128' } });
    else this.reply({ type: 'threads', id: request.id });
  }

  terminate(): void {
    this.terminated = true;
  }

  reply(data: Reply): void {
    queueMicrotask(() => this.onmessage?.({ data }));
  }
}

let workers: HangingWorker[];
let lab: Lab;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  const worker = (): Worker => {
    workers.push(new HangingWorker());
    return workers.at(-1) as unknown as Worker;
  };
  lab = new Lab({ worker, engineBase: 'http://site/engine/', assetBase: 'http://site/' });
});

afterEach(() => {
  vi.useRealTimers();
});

test('a worker that does not get its threads is replaced, twice; the last has none', async () => {
  await lab.addFile('mine.txt', new Uint8Array([1]));
  const environment: Promise<Environment> = lab.environment();
  await vi.advanceTimersByTimeAsync(9_999);
  expect(workers).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(20_001);
  expect((await environment).variant).toBe('single-simd128');
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, true, true, false]);
  for (const { requests } of workers) expect(requests.map(({ type }) => type)).toEqual(['open', 'file']);
});

test('a worker whose threads started late is kept', async () => {
  const environment = lab.environment();
  await vi.advanceTimersByTimeAsync(9_000);
  workers[0]!.reply({ type: 'done', id: 1, value: { variant: 'threads-relaxed' } });
  expect((await environment).variant).toBe('threads-relaxed');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(workers).toHaveLength(1);
});

test('a lab that was closed while threads started stays closed', async () => {
  const environment = lab.environment();
  environment.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(5_000);
  lab.close();
  await expect(environment).rejects.toThrow('closed');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(workers).toHaveLength(1);
});

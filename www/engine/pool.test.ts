import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EnginePool, type Lease, type PoolOptions } from './pool';
import { RpcClient, serve, type Report } from './rpc';
import { FakeWorker, delivered } from './testing/fake-worker';

interface TestMethods {
  /** Works until the test ends it by name. */
  train(name: string, progress: Report<number>): string;
  check(spec: string): string[];
}

let workers: FakeWorker[];
/** What each job that runs in a worker would give, by name. */
let running: Map<string, { end: (value: string) => void; signal: AbortSignal }>;
/** Whether a worker lets go of what is aborted. */
let obedient: boolean;
let pool: EnginePool<TestMethods>;

function start(): Promise<RpcClient<TestMethods>> {
  const worker = new FakeWorker((scope) =>
    serve<TestMethods>(scope, {
      train: (name, { signal }) =>
        new Promise((resolve) => {
          running.set(name, { end: resolve, signal });
          signal.addEventListener('abort', () => obedient && resolve('cancelled'));
        }),
      check: (spec) => [`${spec} is fine`],
    }),
  );
  const client = new RpcClient<TestMethods>(worker, { name: 'engine' });
  workers.push(worker);
  return client.ready.then(() => client);
}

function open(options: Partial<PoolOptions<TestMethods, Record<never, never>>> = {}): EnginePool<TestMethods> {
  return (pool = new EnginePool<TestMethods>({ start, ...options }));
}

beforeEach(() => {
  [workers, running, obedient] = [[], new Map(), true];
});
afterEach(() => {
  pool.dispose();
  for (const worker of workers) worker.terminate();
});

const train = (lease: Lease<TestMethods, Record<never, never>>, name: string, signal?: AbortSignal): Promise<string> =>
  lease.run((turn) => turn.engine.call('train', name, { signal: turn.signal }), { signal });

/** Waits until a job of that name runs in a worker. */
async function runs(name: string): Promise<{ end: (value: string) => void; signal: AbortSignal }> {
  await vi.waitFor(() => expect(running.has(name)).toBe(true));
  return running.get(name)!;
}

test('one worker does the jobs of all labs, one after the other, in order', async () => {
  open();
  const [one, two] = [pool.acquire(), pool.acquire()];
  const jobs = [train(one, 'a'), train(two, 'b'), train(one, 'c')];
  for (const name of ['a', 'b', 'c']) {
    const job = await runs(name);
    await delivered();
    expect([...running.keys()].at(-1)).toBe(name);
    job.end(`${name} done`);
  }
  expect(await Promise.all(jobs)).toEqual(['a done', 'b done', 'c done']);
  expect(workers).toHaveLength(1);
});

test('a question does not wait for the jobs', async () => {
  open();
  const lease = pool.acquire();
  const job = train(lease, 'a');
  await runs('a');
  expect(await lease.ask((engine) => engine.call('check', 'spec'))).toEqual(['spec is fine']);
  running.get('a')!.end('done');
  expect(await job).toBe('done');
});

test('no worker is started before there is work', async () => {
  open();
  pool.acquire();
  await delivered();
  expect(workers).toHaveLength(0);
});

test('a job is told that it waits for others, and when it no longer does', async () => {
  open();
  const lease = pool.acquire();
  const heard: string[] = [];
  const wait = (name: string) => ({ onQueue: (waits: boolean) => void heard.push(`${name} ${waits}`) });
  const first = lease.run((turn) => turn.engine.call('train', 'a', { signal: turn.signal }), wait('a'));
  const second = lease.run(async () => void heard.push('b runs'), wait('b'));
  const a = await runs('a');
  expect(heard).toEqual(['b true']);
  a.end('done');
  await Promise.all([first, second]);
  expect(heard).toEqual(['b true', 'b false', 'b runs']);
});

describe('aborting', () => {
  test('removes a job that has not begun', async () => {
    open();
    const lease = pool.acquire();
    const controller = new AbortController();
    const first = train(lease, 'a');
    const second = train(lease, 'b', controller.signal);
    const third = train(lease, 'c');
    const a = await runs('a');
    controller.abort('not wanted');
    await expect(second).rejects.toBe('not wanted');
    a.end('done');
    (await runs('c')).end('done');
    expect(await Promise.all([first, third])).toEqual(['done', 'done']);
    expect(running.has('b')).toBe(false);
  });

  test('cancels a job that runs, and the next has the same worker', async () => {
    open();
    const lease = pool.acquire();
    const controller = new AbortController();
    const first = train(lease, 'a', controller.signal);
    const second = train(lease, 'b');
    const a = await runs('a');
    controller.abort('enough');
    await expect(first).rejects.toBe('enough');
    (await runs('b')).end('done');
    expect(await second).toBe('done');
    expect(a.signal.aborted).toBe(true);
    expect(workers).toHaveLength(1);
  });

  test('ends a worker that does not let go, and the next job has a fresh one', async () => {
    open({ graceMilliseconds: 50 });
    obedient = false;
    const lease = pool.acquire();
    const controller = new AbortController();
    const first = train(lease, 'a', controller.signal);
    const second = train(lease, 'b');
    await runs('a');
    controller.abort('enough');
    await expect(first).rejects.toBe('enough');
    (await runs('b')).end('done');
    expect(await second).toBe('done');
    expect(workers.map((worker) => worker.terminated)).toEqual([true, false]);
  });

  test('beforehand starts nothing', async () => {
    open();
    await expect(train(pool.acquire(), 'a', AbortSignal.abort('no'))).rejects.toBe('no');
    await delivered();
    expect(workers).toHaveLength(0);
  });
});

describe('a worker', () => {
  test('that crashes fails its job, and the next has a fresh one', async () => {
    open();
    const lease = pool.acquire();
    const first = train(lease, 'a');
    const second = train(lease, 'b');
    await runs('a');
    workers[0]!.crash('unreachable');
    await expect(first).rejects.toThrow('The engine failed: unreachable');
    (await runs('b')).end('done');
    expect(await second).toBe('done');
    expect(workers).toHaveLength(2);
  });

  test('that does not start fails its job; the next tries again', async () => {
    let tries = 0;
    open({ start: () => (tries++ === 0 ? Promise.reject(new Error('no network')) : start()) });
    const lease = pool.acquire();
    await expect(train(lease, 'a')).rejects.toThrow('no network');
    const second = train(lease, 'b');
    (await runs('b')).end('done');
    expect(await second).toBe('done');
  });

  test('is ended when there has been no work for a while, and started again', async () => {
    open({ idleMilliseconds: 60 });
    const lease = pool.acquire();
    const first = train(lease, 'a');
    const a = await runs('a');
    // Longer than that: what works is not idle.
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(workers[0]!.terminated).toBe(false);
    a.end('done');
    await first;
    await vi.waitFor(() => expect(workers[0]!.terminated).toBe(true));
    expect(await lease.ask((engine) => engine.call('check', 'spec'))).toEqual(['spec is fine']);
    expect(workers).toHaveLength(2);
  });

  test('is ended with its last holder, whose jobs are aborted', async () => {
    open();
    const [one, two] = [pool.acquire(), pool.acquire()];
    const [first, second] = [train(one, 'a'), train(two, 'b')];
    await runs('a');
    const left = expect(first).rejects.toThrow('The lab was closed.');
    one.release();
    one.release();
    await left;
    await runs('b');
    expect(workers[0]!.terminated).toBe(false);
    const alsoLeft = expect(second).rejects.toThrow('The lab was closed.');
    two.release();
    expect(workers[0]!.terminated).toBe(true);
    await alsoLeft;
    await expect(train(two, 'c')).rejects.toThrow('The lab was closed.');
    expect(workers).toHaveLength(1);
  });

  test('that is still starting when the last holder leaves is ended', async () => {
    open();
    const lease = pool.acquire();
    const job = expect(train(lease, 'a')).rejects.toThrow('The lab was closed.');
    await vi.waitFor(() => expect(workers).toHaveLength(1));
    lease.release();
    await job;
    await vi.waitFor(() => expect(workers[0]!.terminated).toBe(true));
  });
});

test('a pool that was disposed gives no more leases', () => {
  open();
  pool.dispose();
  expect(() => pool.acquire()).toThrow('The lab was closed.');
});

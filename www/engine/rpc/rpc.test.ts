import { afterEach, describe, expect, test, vi } from 'vitest';
import { FakeWorker, delivered } from '../testing/fake-worker';
import { TinyaiError, problem } from '../error';
import { Moved, RpcClient, serve, type ClientOptions, type Handlers, type Report, type RpcServer } from './index';

interface TestMethods {
  add(terms: number[]): number;
  nothing(): void;
  count(to: number, progress: Report<number>): string;
  wait(): string;
  /** Ends as the signal says. */
  obey(): void;
  refuse(message: string): void;
  trap(): void;
  reverse(bytes: Uint8Array): Uint8Array;
  unsendable(): unknown;
}

interface TestEvents {
  beat: { number: number };
}

const refused = (message: string) => problem('out_of_range', message, `${message}（中文）`);

/** The signal of the last call of `wait`. */
let waited: AbortSignal | undefined;
let finishWait: ((value: string) => void) | undefined;

const handlers: Handlers<TestMethods> = {
  add: (terms) => terms.reduce((sum, term) => sum + term, 0),
  nothing: () => undefined,
  count: async (to, { progress }) => {
    for (let i = 1; i <= to; i++) progress(i);
    return `${to} told`;
  },
  wait: (_, { signal }) => {
    waited = signal;
    return new Promise((resolve) => (finishWait = resolve));
  },
  obey: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  refuse: (message) => {
    throw new TinyaiError([refused(message)]);
  },
  trap: () => {
    throw new WebAssembly.RuntimeError('unreachable');
  },
  reverse: async (bytes) => {
    const reversed = bytes.toReversed();
    return new Moved(reversed, [reversed.buffer]);
  },
  unsendable: () => () => undefined,
};

let server: RpcServer<TestEvents>;
const clients: RpcClient<TestMethods, TestEvents>[] = [];

function start(options: ClientOptions = {}): { worker: FakeWorker; client: RpcClient<TestMethods, TestEvents> } {
  const worker = new FakeWorker((scope) => (server = serve<TestMethods, TestEvents>(scope, handlers, { build: 'a' })));
  const client = new RpcClient<TestMethods, TestEvents>(worker, { name: 'test worker', build: 'a', ...options });
  clients.push(client);
  return { worker, client };
}

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  vi.useRealTimers();
});

/** The English message that a call is rejected with. */
const rejection = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'resolved',
    (error: unknown) => (error instanceof TinyaiError ? error.message : `other: ${String(error)}`),
  );

test('calls are answered, in any order, also before the handshake is over', async () => {
  const { client } = start();
  const slow = client.call('wait');
  expect(await client.call('add', [1, 2, 3])).toBe(6);
  expect(await client.call('nothing')).toBeUndefined();
  expect(client.busy).toBe(true);
  finishWait!('at last');
  expect(await slow).toBe('at last');
  expect(client.busy).toBe(false);
  await client.ready;
});

test('progress comes in order, and before the result', async () => {
  const { client } = start();
  const told: number[] = [];
  expect(await client.call('count', 3, { onProgress: (n) => told.push(n) })).toBe('3 told');
  expect(told).toEqual([1, 2, 3]);
});

test('buffers move both ways', async () => {
  const { client } = start();
  const bytes = new Uint8Array([1, 2, 3]);
  const reversed = await client.call('reverse', bytes, { transfer: [bytes.buffer] });
  expect([...reversed]).toEqual([3, 2, 1]);
  expect(bytes.length).toBe(0);
});

test('events reach their listeners until they leave', async () => {
  const { client } = start();
  const heard: number[] = [];
  const leave = client.on('beat', ({ number }) => heard.push(number));
  client.on('beat', ({ number }) => heard.push(10 * number));
  server.emit('beat', { number: 1 });
  await delivered();
  leave();
  server.emit('beat', { number: 2 });
  await delivered();
  expect(heard).toEqual([1, 10, 20]);
});

describe('an error', () => {
  test('of a handler rejects its call alone, with its problems in both languages', async () => {
    const { client } = start();
    const other = client.call('wait');
    const error: unknown = await client.call('refuse', 'too many').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TinyaiError);
    expect((error as TinyaiError).problems).toEqual([refused('too many')]);
    finishWait!('unharmed');
    expect(await other).toBe('unharmed');
  });

  test('trap of WebAssembly ends the worker for every call', async () => {
    const { worker, client } = start();
    const other = rejection(client.call('wait'));
    expect(await rejection(client.call('trap'))).toContain('unreachable');
    expect(await other).toContain('unreachable');
    expect(worker.terminated).toBe(true);
    expect(await rejection(client.call('add', [1]))).toContain('unreachable');
  });

  test('of a notification, which nobody waits for, ends the worker', async () => {
    const { client } = start();
    const other = rejection(client.call('wait'));
    client.notify('refuse', 'unheard');
    expect(await other).toBe('unheard');
  });

  test('in the script of the worker rejects every call', async () => {
    const { worker, client } = start();
    const calls = [rejection(client.call('wait')), rejection(client.call('add', [1]))];
    worker.crash('x is not defined');
    for (const message of await Promise.all(calls)) expect(message).toContain('The test worker failed: x is not defined');
    expect((await client.ended).message).toContain('x is not defined');
    expect(worker.terminated).toBe(true);
  });

  test('messageerror rejects every call', async () => {
    const { worker, client } = start();
    const call = rejection(client.call('wait'));
    worker.dispatchEvent(new Event('messageerror'));
    expect(await call).toContain('could not be read on the page');
  });

  test('unknown method, or one that every object inherits, is refused', async () => {
    const { client } = start();
    const call = client.call.bind(client) as unknown as (method: string) => Promise<unknown>;
    for (const method of ['no-such', 'constructor', 'toString', '__proto__']) {
      expect(await rejection(call(method))).toBe(`The worker has no method "${method}".`);
    }
  });

  test('argument or result that cannot be cloned rejects its call alone', async () => {
    const { client } = start();
    expect(await rejection(client.call('add', (() => 1) as never))).toContain('The argument of add cannot be sent');
    expect(await rejection(client.call('unsendable'))).toContain('The result cannot be sent');
    expect(await client.call('add', [4])).toBe(4);
    expect(client.busy).toBe(false);
  });
});

describe('aborting', () => {
  test('rejects at once with the reason, and tells the handler', async () => {
    const { client } = start();
    const controller = new AbortController();
    const call = client.call('wait', undefined, { signal: controller.signal });
    await delivered();
    controller.abort('enough');
    await expect(call).rejects.toBe('enough');
    let cancelled = false;
    const settled = client.cancelled().then(() => (cancelled = true));
    await delivered();
    expect(waited!.aborted).toBe(true);
    // The handler still runs: the worker is busy until it ends.
    expect([client.busy, cancelled]).toEqual([true, false]);
    finishWait!('too late');
    await settled;
    expect(client.busy).toBe(false);
  });

  test('beforehand sends nothing', async () => {
    const { client } = start();
    waited = undefined;
    await expect(client.call('wait', undefined, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await delivered();
    expect(waited).toBeUndefined();
  });

  test('a handler that ends as it was told to has not failed, however strict the worker is', async () => {
    const worker = new FakeWorker((scope) => void serve<TestMethods>(scope, handlers, { build: 'a', isFatal: () => true }));
    const client = new RpcClient<TestMethods>(worker, { build: 'a' });
    const controller = new AbortController();
    const call = rejection(client.call('obey', undefined, { signal: controller.signal }));
    const other = client.call('wait');
    await delivered();
    controller.abort();
    await call;
    await client.cancelled();
    finishWait!('still there');
    expect(await other).toBe('still there');
    expect(await client.call('add', [1, 2])).toBe(3);
    client.close();
  });

  test('leaves no listener on a signal that outlives the calls', async () => {
    const { client } = start();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    for (let i = 0; i < 5; i++) await client.call('add', [i], { signal });
    await rejection(client.call('refuse', 'no', { signal }));
    expect(added).toHaveBeenCalledTimes(6);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('closing', () => {
  test('rejects what waits and what comes after, and ends the worker', async () => {
    const { worker, client } = start();
    const call = client.call('wait');
    await delivered();
    client.close();
    expect(await rejection(call)).toBe('The test worker was closed before it could answer.');
    expect(await rejection(client.call('add', [1]))).toContain('was closed');
    expect(worker.terminated).toBe(true);
  });

  test('aborts what the server of a port runs, and a closed port ends the client', async () => {
    const { port1, port2 } = new MessageChannel();
    serve<TestMethods>(port2, handlers, { build: 'a' });
    const client = new RpcClient<TestMethods>(port1, { build: 'a' });
    const call = rejection(client.call('wait'));
    await delivered();
    const running = waited!;
    client.close();
    await delivered();
    expect(running.aborted).toBe(true);
    expect(await call).toContain('was closed');

    const other = new MessageChannel();
    const hungUp = rejection(new RpcClient<TestMethods>(other.port1, { build: 'a' }).call('wait'));
    other.port2.close();
    expect(await hungUp).toContain('its port was closed');
  });

  test('removes every listener from the endpoint', () => {
    const worker = new FakeWorker();
    const added = vi.spyOn(worker, 'addEventListener');
    const removed = vi.spyOn(worker, 'removeEventListener');
    const client = new RpcClient<TestMethods>(worker);
    client.close();
    expect(added.mock.calls.length).toBeGreaterThan(2);
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });
});

describe('the handshake', () => {
  test('refuses a worker of another build: reload the page; its handlers are not called', async () => {
    const { worker, client } = start({ build: 'b' });
    waited = undefined;
    const call = client.call('wait');
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect((error as TinyaiError).problems[0]!.message.en).toContain('reload the page');
    expect((error as TinyaiError).problems[0]!.message.zh).toContain('重新载入页面');
    await expect(client.ready).rejects.toBe(error);
    expect(waited).toBeUndefined();
    expect(worker.terminated).toBe(true);
  });

  test('gives a silent worker up, and says what could be wrong', async () => {
    vi.useFakeTimers();
    const client = new RpcClient<TestMethods>(new FakeWorker(), { name: 'test worker', handshakeMilliseconds: 3000 });
    const call = rejection(client.call('wait'));
    await vi.advanceTimersByTimeAsync(2999);
    expect(client.end).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(await call).toMatch(/^The test worker did not answer within 3 s\. .*slow network.*content security policy/);
  });

  test('is not given up because the page was suspended', async () => {
    vi.useFakeTimers();
    const client = new RpcClient<TestMethods>(new FakeWorker(), { handshakeMilliseconds: 3000 });
    const now = performance.now.bind(performance);
    const asleep = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    await vi.advanceTimersByTimeAsync(3000);
    expect(client.end).toBeNull();
    asleep.mockRestore();
    client.close();
  });

  test('hears of a script that could not be imported', async () => {
    const worker = new FakeWorker((scope) => scope.postMessage({ rpc: 'unable', detail: 'Failed to fetch' }, []));
    const client = new RpcClient<TestMethods>(worker);
    expect(await rejection(client.call('wait'))).toContain('Failed to fetch');
  });
});

test('messages of others on the same endpoint are left alone', async () => {
  const { worker, client } = start();
  worker.postMessage({ type: 'wasm_bindgen_worker_init' }, []);
  worker.postMessage(null, []);
  worker.dispatchEvent(Object.assign(new Event('message'), { data: 'text' }));
  expect(await client.call('add', [2])).toBe(2);
});

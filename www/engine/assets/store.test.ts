import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TinyaiError } from '../error';
import type { Problem } from '../../types/generated/Problem';
import { AssetStore, type AssetStoreOptions, type Loading } from './index';

const TEXT = '床前明月光，疑是地上霜。'.repeat(1000);
const BYTES = new TextEncoder().encode(TEXT);

let server: Server;
let base: string;
let asked: string[] = [];
/** Requests whose other side hung up before they were answered whole. */
let hungUp = 0;
/** Answers of `/slow`, to be ended by the test. */
let slow: ServerResponse[] = [];
let failures = 0;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!;
  asked.push(path);
  response.on('close', () => response.writableFinished || hungUp++);
  if (path === '/poem.txt') response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': BYTES.length }).end(BYTES);
  else if (path === '/chunked.txt') response.writeHead(200, { 'Content-Type': 'text/plain' }).end(BYTES);
  else if (path === '/gzip.txt') {
    const body = gzipSync(BYTES);
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': body.length }).end(body);
  } else if (path === '/slow') {
    slow.push(response);
    response.writeHead(200, { 'Content-Length': 8 }).write('half');
  } else if (path === '/app') response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<h1>Start</h1>');
  else if (path === '/flaky') response.writeHead(failures-- > 0 ? 503 : 200).end('at last');
  else response.writeHead(404).end('not found');
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

const stores: AssetStore[] = [];
function open(options: Partial<AssetStoreOptions> = {}): AssetStore {
  const store = new AssetStore({ base, shared: false, ...options });
  stores.push(store);
  return store;
}

afterEach(() => {
  for (const store of stores.splice(0)) store.dispose();
  for (const response of slow.splice(0)) response.destroy();
  asked = [];
  hungUp = 0;
});

/** The one problem that a promise is rejected with. */
async function problemOf(rejected: Promise<unknown>): Promise<Problem> {
  const error: unknown = await rejected.then(
    () => 'resolved',
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(TinyaiError);
  const { problems } = error as TinyaiError;
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message.zh).toMatch(/[\u4e00-\u9fff]/);
  return problems[0]!;
}

/** Waits until something is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a file of the site', () => {
  test('is downloaded once for all who ask, at once or later', async () => {
    const store = open();
    const [one, all] = await Promise.all([store.get('poem.txt'), store.getAll(['poem.txt', 'poem.txt', 'chunked.txt'])]);
    expect(new TextDecoder().decode(one)).toBe(TEXT);
    expect(all.get('poem.txt')).toBe(one);
    expect(all.get('chunked.txt')).toEqual(one);
    expect(await store.get('poem.txt')).toBe(one);
    expect(asked.toSorted()).toEqual(['/chunked.txt', '/poem.txt']);
  });

  test.each([
    ['poem.txt', BYTES.length],
    ['chunked.txt', null],
    ['gzip.txt', null],
  ])('%s tells how far it is, of %s bytes', async (path, total) => {
    const told: Loading[] = [];
    await open().get(path, { onProgress: (loading) => told.push(loading) });
    expect(told[0]).toEqual({ asset: path, received: 0, total });
    expect(told.at(-1)).toEqual({ asset: path, received: BYTES.length, total });
    const received = told.map((loading) => loading.received);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
  });

  test('goes on being downloaded for who still waits, and is aborted when nobody does', async () => {
    const store = open();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = store.get('slow', { signal: one.signal });
    const second = store.get('slow', { signal: two.signal });
    await until(() => slow.length === 1);
    one.abort('one left');
    await expect(first).rejects.toBe('one left');
    two.abort('two left');
    await expect(second).rejects.toBe('two left');
    await until(() => hungUp === 1);
    const again = store.get('slow');
    await until(() => slow.length === 2);
    slow[1]!.end('done');
    expect(new TextDecoder().decode(await again)).toBe('halfdone');
  });

  test('that failed is tried again for the next who asks', async () => {
    failures = 1;
    const store = open();
    expect((await problemOf(store.get('flaky'))).message.en).toContain('HTTP 503');
    expect(new TextDecoder().decode(await store.get('flaky'))).toBe('at last');
  });

  test('that fails ends the waiting for the others that were asked for with it', async () => {
    const store = open();
    expect(await problemOf(store.preload(['slow', 'missing.txt']))).toMatchObject({ code: 'not_found', value: 'missing.txt' });
    await until(() => hungUp === 1);
  });

  test('is preloaded, and then needs no network', async () => {
    const store = open();
    await store.preload(['poem.txt']);
    asked = [];
    await store.get('poem.txt');
    expect(asked).toEqual([]);
  });
});

describe('what goes wrong is told:', () => {
  test('a file that is not there', async () => {
    const problem = await problemOf(open().get('missing.txt'));
    expect(problem).toMatchObject({ code: 'not_found', value: 'missing.txt' });
    expect(problem.message.en).toContain('HTTP 404');
  });

  test('a start page for an unknown path', async () => {
    expect((await problemOf(open().get('app'))).message.en).toContain('the server answered with a web page');
  });

  test('no network, and a server that cannot be reached', async () => {
    const nowhere = { base: 'http://127.0.0.1:1/' };
    expect((await problemOf(open({ ...nowhere, isOnline: () => false }).get('poem.txt'))).message.en).toContain('this device is offline');
    expect((await problemOf(open({ ...nowhere, isOnline: () => true }).get('poem.txt'))).message.en).toContain('cannot be reached');
  });

  test.each([
    [3, 5],
    [7, 5],
  ])('%s bytes where %s were announced', async (received, announced) => {
    const fetch = async (): Promise<Response> => new Response('x'.repeat(received), { headers: { 'Content-Length': String(announced) } });
    const problem = await problemOf(open({ fetch }).get('short.txt'));
    expect(problem.message.en).toBe(`The file short.txt arrived with ${received} bytes instead of ${announced}. Try again.`);
  });

  test('a connection that breaks, and one that stands still', async () => {
    const store = open({ stallMilliseconds: 200 });
    const broken = store.get('slow');
    await until(() => slow.length === 1);
    slow[0]!.destroy();
    expect((await problemOf(broken)).message.en).toContain('could not be fetched');
    expect((await problemOf(store.get('slow'))).message.en).toContain('stood still for 0.2 s');
  });
});

describe('a worker', () => {
  test('reads shared memory in place', async () => {
    const store = open({ shared: true });
    const { files, transfer } = await store.forWorker(['poem.txt', 'gzip.txt']);
    expect(transfer).toEqual([]);
    expect(files.get('poem.txt')!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(files.get('gzip.txt')!.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(files.get('poem.txt')).toBe(await store.get('poem.txt'));
  });

  test('gets a copy that moves, and leaves the bytes to the others', async () => {
    const store = open();
    const { files, transfer } = await store.forWorker(['poem.txt']);
    expect(transfer).toEqual([files.get('poem.txt')!.buffer]);
    const { files: moved } = structuredClone({ files }, { transfer });
    expect(files.get('poem.txt')).toHaveLength(0);
    expect(moved.get('poem.txt')).toEqual(BYTES);
    expect(await store.get('poem.txt')).toHaveLength(BYTES.length);
  });

  test('gets what there is of the files of the visitor', async () => {
    const store = open();
    store.addBytes('file:mine.txt', BYTES);
    const { files } = await store.forWorker(['file:mine.txt', 'file:of-another-tab.txt']);
    expect([...files.keys()]).toEqual(['file:mine.txt']);
    expect((await problemOf(store.get('file:of-another-tab.txt'))).code).toBe('not_found');
  });
});

test('a name of the caller means one content', async () => {
  const store = open();
  store.addBytes('file:a', Uint8Array.of(1, 2));
  store.addBytes('file:a', Uint8Array.of(1, 2));
  expect(() => store.addBytes('file:a', Uint8Array.of(1, 3))).toThrow('another file named file:a');
  expect([...(await store.get('file:a'))]).toEqual([1, 2]);
});

test('files that were kept elsewhere are assets again, once', async () => {
  const store = new AssetStore({ base, shared: false });
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  const files = new Map([['file:essay-1.txt', bytes(1, 2)], ['file:mine-2/config.json', bytes(3)], ['file:mine-2/model.safetensors', bytes(4, 5, 6)]]);
  store.restore(files);
  store.restore(files);
  expect(store.own()).toEqual([{ name: 'file:essay-1.txt', kind: 'text', bytes: 2 }, { name: 'file:mine-2', kind: 'model', bytes: 4 }]);
  expect([...(await store.get('file:mine-2/config.json'))]).toEqual([3]);
  expect([...store.filesOf({ base: { model: { base: 'file:mine-2' } } }).keys()]).toEqual(['file:mine-2/config.json', 'file:mine-2/model.safetensors']);
});

test('disposing aborts downloads and rejects who waits', async () => {
  const store = open();
  const waiting = problemOf(store.get('slow'));
  await until(() => slow.length === 1);
  store.dispose();
  expect((await waiting).message.en).toBe('The page was closed.');
  await until(() => hungUp === 1);
});

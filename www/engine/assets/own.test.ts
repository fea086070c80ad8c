import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TinyaiError } from '../error';
import { contentHash, hashOfFiles, shortHex } from './hash';
import { AssetStore, LARGEST_TEXT, LARGEST_WEIGHTS, type Dropped, type Loading, type OwnKind } from './index';

const sha256 = (...parts: (string | Uint8Array)[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

const POEM = '床前明月光，疑是地上霜。\n';
const POEM_HASH = shortHex(sha256(POEM));

let store: AssetStore;
beforeEach(() => (store = new AssetStore({ base: 'http://localhost/', shared: false })));
afterEach(() => {
  store.dispose();
  vi.unstubAllGlobals();
});

/** The message that adding is refused with, in English. */
async function refusal(dropped: Dropped, kind: OwnKind = 'text'): Promise<string> {
  const error: unknown = await store.addOwn(dropped, kind).then(
    (asset) => asset.name,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(TinyaiError);
  const [problem] = (error as TinyaiError).problems;
  expect(problem!.code).toBe('bad_file');
  expect(problem!.message.zh).toMatch(/[\u4e00-\u9fff]/);
  expect(store.own()).toEqual([]);
  return problem!.message.en;
}

/** A file that claims a size, and may not be read. */
function claimed(name: string, size: number): File {
  const file = new File(['x'], name);
  Object.defineProperty(file, 'size', { value: size });
  Object.defineProperty(file, 'stream', { value: () => expect.fail(`${name} was read`) });
  return file;
}

/** A file that cannot be read, as one that was deleted. */
function unreadable(name: string): File {
  const file = new File(['some text'], name);
  const fail = (): ReadableStream => new ReadableStream({ pull: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
  Object.defineProperty(file, 'stream', { value: fail });
  return file;
}

/** Files as an input for folders gives them. */
const inFolder = (files: Record<string, string>): File[] =>
  Object.entries(files).map(([path, content]) => {
    const file = new File([content], path.split('/').at(-1)!);
    Object.defineProperty(file, 'webkitRelativePath', { value: path });
    return file;
  });

/** A folder as a drop gives it: entries in portions, the last of them empty. */
function droppedFolder(name: string, files: File[], folders: string[] = []): FileSystemDirectoryEntry {
  const all = [
    ...files.map((file) => ({ name: file.name, isFile: true, isDirectory: false, file: (resolve: (file: File) => void) => resolve(file) })),
    ...folders.map((folder) => ({ name: folder, isFile: false, isDirectory: true })),
  ];
  const createReader = (): unknown => {
    const left = [...all];
    return { readEntries: (resolve: (entries: unknown[]) => void) => setTimeout(() => resolve(left.splice(0, 2))) };
  };
  return { name, isFile: false, isDirectory: true, createReader } as unknown as FileSystemDirectoryEntry;
}

const MODEL = { 'model.safetensors': 'weights', 'config.json': '{"a":1}', 'tokenizer.json': '{"b":2}' };
const modelFiles = (change: Record<string, string | null> = {}): File[] =>
  Object.entries({ ...MODEL, ...change }).flatMap(([name, content]) => (content === null ? [] : [new File([content], name)]));
const MODEL_HASH = shortHex(sha256(...Object.entries(MODEL).flatMap(([name, content]) => [`${name}\0`, sha256(content)])));

describe('a text', () => {
  test('is named by its content, and every run of the page has it', async () => {
    const told: Loading[] = [];
    const asset = await store.addOwn([new File([POEM], 'essay.txt')], 'text', { onProgress: (loading) => told.push(loading) });
    const bytes = new TextEncoder().encode(POEM);
    expect(asset).toEqual({ name: `file:essay-${POEM_HASH}.txt`, kind: 'text', bytes: bytes.length });
    expect(await store.get(asset.name)).toEqual(bytes);
    expect(told.at(-1)).toEqual({ asset: 'essay.txt', received: bytes.length, total: bytes.length });
    expect(store.own()).toEqual([asset]);
    store.removeOwn(asset.name);
    await expect(store.get(asset.name)).rejects.toThrow('not in this tab');
  });

  test('that is added twice is one asset; with its name of before, too', async () => {
    const first = await store.addOwn([new File([POEM], 'essay.txt')], 'text');
    const kept = await store.get(first.name);
    expect(await store.addOwn([new File([POEM], 'essay.txt')], 'text')).toEqual(first);
    expect(await store.addOwn([new File([POEM], `essay-${POEM_HASH}.txt`)], 'text')).toEqual(first);
    expect(await store.get(first.name)).toBe(kept);
    expect(store.own()).toHaveLength(1);
    const other = await store.addOwn([new File(['another text'], 'essay.txt')], 'text');
    expect(other.name).not.toBe(first.name);
  });

  test.each([
    ['no-ending', `no-ending-${POEM_HASH}`],
    ['.hidden', `.hidden-${POEM_HASH}`],
    ['two.dots.txt', `two.dots-${POEM_HASH}.txt`],
    ['静夜思.txt', `静夜思-${POEM_HASH}.txt`],
    ['cafe\u0301.txt', `café-${POEM_HASH}.txt`],
    ['a\\b\u0007.txt', `a-b--${POEM_HASH}.txt`],
  ])('%j becomes %j', async (file, name) => {
    expect((await store.addOwn([new File([POEM], file)], 'text')).name).toBe(`file:${name}`);
  });

  test('in shared memory is the same asset', async () => {
    const shared = new AssetStore({ base: 'http://localhost/', shared: true });
    const { name } = await shared.addOwn([new File([POEM], 'essay.txt')], 'text');
    expect(name).toBe(`file:essay-${POEM_HASH}.txt`);
    expect((await shared.get(name)).buffer).toBeInstanceOf(SharedArrayBuffer);
    shared.dispose();
  });

  test('that is of no use is refused, each fault with its own message', async () => {
    expect(await refusal([new File([], 'a.txt')])).toContain('a.txt is empty');
    expect(await refusal([new File([Uint8Array.of(0xff, 0xfe, 0x61, 0)], 'a.txt')])).toContain('is text in UTF-16 LE');
    expect(await refusal([new File([Uint8Array.of(0x61, 0xb4, 0xb2, 0xc7)], 'a.txt')])).toContain('first wrong byte at position 1');
    expect(await refusal([new File([POEM, Uint8Array.of(0xe5, 0xba)], 'a.txt')])).toContain('first wrong byte at position 37');
    expect(await refusal([])).toContain('Nothing was added');
    expect(await refusal([new File([POEM], 'a.txt'), new File([POEM], 'b.txt')])).toContain('2 files were added');
    expect(await refusal([droppedFolder('poems', [])])).toContain('poems is a folder');
    expect(await refusal([unreadable('a.txt')])).toContain('a.txt could not be read (NotReadableError)');
  });

  test('that is too large is refused before it is read', async () => {
    expect(await refusal([claimed('a.txt', LARGEST_TEXT + 1)])).toBe('a.txt has 65 MiB; at most 64 MiB fit.');
  });

  test('that changes while it is read is refused', async () => {
    const file = new File([POEM], 'a.txt');
    Object.defineProperty(file, 'size', { value: 5 });
    expect(await refusal([file])).toContain('changed while it was being read');
    const shorter = new File([POEM], 'a.txt');
    Object.defineProperty(shorter, 'size', { value: 1000 });
    expect(await refusal([shorter])).toContain('changed while it was being read');
  });

  test('is given up at once when aborted', async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const endless = new File([POEM], 'a.txt');
    Object.defineProperty(endless, 'size', { value: 1000 });
    const stream = (): ReadableStream => new ReadableStream({ start: (source) => source.enqueue(Uint8Array.of(0x61)), cancel: (reason) => void (cancelled = reason) });
    Object.defineProperty(endless, 'stream', { value: stream });
    const adding = store.addOwn([endless], 'text', { signal: controller.signal, onProgress: () => controller.abort('enough') });
    await expect(adding).rejects.toBe('enough');
    expect(cancelled).toBe('enough');
    expect(store.own()).toEqual([]);
  });
});

describe('a model', () => {
  const files = (name: string): string[] => Object.keys(MODEL).map((file) => `file:${name}/${file}`);

  test.each<[string, () => Dropped]>([
    ['dropped as a folder', () => [droppedFolder('my-model', [...modelFiles(), new File(['x'], 'README.md')], ['onnx'])]],
    ['chosen as a folder', () => inFolder({ ...Object.fromEntries(Object.entries(MODEL).map(([name, text]) => [`my-model/${name}`, text])), 'my-model/onnx/config.json': '?' })],
    ['dropped as items', () => [{ kind: 'file', webkitGetAsEntry: () => droppedFolder('my-model', modelFiles()), getAsFile: () => null } as unknown as DataTransferItem]],
    ['with weights of another name', () => [droppedFolder('my-model', modelFiles({ 'model.safetensors': null, 'other.safetensors': 'weights' }))]],
  ])('%s is one asset', async (_, dropped) => {
    const asset = await store.addOwn(dropped(), 'model');
    expect(asset).toEqual({ name: `file:my-model-${MODEL_HASH}`, kind: 'model', bytes: 21 });
    const found = await store.getAll(files(`my-model-${MODEL_HASH}`));
    expect([...found.values()].map((bytes) => new TextDecoder().decode(bytes))).toEqual(Object.values(MODEL));
    store.removeOwn(asset.name);
    expect((await store.getAll(files(`my-model-${MODEL_HASH}`))).size).toBe(0);
  });

  test('of loose files is named after its weights, and a folder with dots without them', async () => {
    expect((await store.addOwn(modelFiles(), 'model')).name).toBe(`file:model-${MODEL_HASH}`);
    expect((await store.addOwn(modelFiles({ 'model.safetensors': null, 'tang.safetensors': 'weights' }), 'model')).name).toBe(`file:tang-${MODEL_HASH}`);
    // The engine takes a name with a dot for that of the weights.
    expect((await store.addOwn([droppedFolder('Qwen2.5-0.5B', modelFiles())], 'model')).name).toBe(`file:Qwen2-5-0-5B-${MODEL_HASH}`);
  });

  test('that is incomplete or unclear is refused, each fault with its own message', async () => {
    const shards = { 'model.safetensors': null, 'model-00001-of-00002.safetensors': 'a', 'model-00002-of-00002.safetensors': 'b' };
    expect(await refusal([droppedFolder('m', [new File(['x'], 'README.md')])], 'model')).toContain('m has nothing of a model');
    expect(await refusal([droppedFolder('m', [], ['a', 'b'])], 'model')).toContain('The folder m holds other folders (a, b) and no model itself');
    expect(await refusal(inFolder({ 'm/a/config.json': '{}' }), 'model')).toContain('holds other folders (a)');
    expect(await refusal(modelFiles({ 'config.json': null, 'tokenizer.json': null }), 'model')).toContain('lacks config.json and tokenizer.json');
    expect(await refusal(modelFiles(shards), 'model')).toContain('sharded into 2 files');
    expect(await refusal(modelFiles({ 'model.safetensors': null, 'a.safetensors': 'a', 'b.safetensors': 'b' }), 'model')).toContain('several files of weights (a.safetensors, b.safetensors)');
    expect(await refusal(modelFiles({ 'config.json': '' }), 'model')).toContain('config.json is empty');
    expect(await refusal([droppedFolder('a', modelFiles()), droppedFolder('b', modelFiles())], 'model')).toContain('Several things were added at once (a, b)');
    expect(await refusal([...modelFiles({ 'tokenizer.json': null }), unreadable('tokenizer.json')], 'model')).toContain('tokenizer.json could not be read');
  });

  test('that is too large is refused before anything of it is read', async () => {
    const rest = [claimed('config.json', 10), claimed('tokenizer.json', 10)];
    expect(await refusal([claimed('model.safetensors', LARGEST_WEIGHTS + 1), ...rest], 'model')).toBe('model.safetensors has 1537 MiB; at most 1536 MiB fit.');
  });
});

describe('the hash', () => {
  test('of several blocks is that of their digests; of one block, that of the bytes', async () => {
    const bytes = new TextEncoder().encode('0123456789');
    expect(await contentHash(bytes)).toEqual(sha256('0123456789'));
    expect(await contentHash(bytes, undefined, 10)).toEqual(sha256('0123456789'));
    expect(await contentHash(bytes, undefined, 4)).toEqual(sha256(sha256('0123'), sha256('4567'), sha256('89')));
    expect(await contentHash(new Uint8Array(0))).toEqual(sha256(''));
  });

  test('is the same where the browser offers none, as on a page over http', async () => {
    vi.stubGlobal('crypto', {});
    const bytes = new TextEncoder().encode(POEM);
    expect(await contentHash(bytes, undefined, 7)).toEqual(sha256(...[0, 1, 2, 3, 4, 5].map((i) => sha256(bytes.subarray(7 * i, 7 * i + 7)))));
  });

  test('of files depends on their names', async () => {
    const hash = sha256('x');
    expect(await hashOfFiles([['a', hash]])).toEqual(sha256('a\0', hash));
    expect(await hashOfFiles([['a', hash]])).not.toEqual(await hashOfFiles([['b', hash]]));
  });
});

import { expect, test } from 'vitest';
import { droppedFiles, readBytes } from './dropped-files';

const file = (name: string) => ({ isFile: true, name, file: (resolve: (file: File) => void) => resolve(new File([name], name)) });
/** A folder that gives its entries two at a time, as browsers give them by the hundred. */
const folder = (name: string, entries: object[]) => ({
  isFile: false,
  name,
  createReader: () => {
    let at = 0;
    return { readEntries: (resolve: (some: object[]) => void) => resolve(entries.slice(at, (at += 2))) };
  },
});
const drop = (...entries: object[]) =>
  ({ items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry })) }) as unknown as DataTransfer;
const never = new AbortController().signal;

test('a folder is walked through, whatever its depth and size; what systems leave in it is left out', async () => {
  const deep = folder('model', [file('config.json'), file('.DS_Store'), folder('onnx', [file('a'), file('b'), file('c')]), file('model.safetensors')]);
  const found = await droppedFiles(drop(deep, file('notes.txt')), never);
  expect(found.map(({ path }) => path)).toEqual(['model/config.json', 'model/onnx/a', 'model/onnx/b', 'model/onnx/c', 'model/model.safetensors', 'notes.txt']);
});

test('a walk ends when it is stopped', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(droppedFiles(drop(folder('model', [file('a')])), stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('bytes are read piece by piece, and no further than until it is stopped', async () => {
  const pieces = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const stop = new AbortController();
  const placed = (end: boolean) => ({
    path: 'a.bin',
    file: {
      size: 3,
      stream: () => {
        let at = 0;
        return new ReadableStream<Uint8Array>({ pull: (to) => (pieces[at] ? to.enqueue(pieces[at++]!) : end ? to.close() : undefined) }, { highWaterMark: 0 });
      },
    } as unknown as File,
  });
  const steps: number[] = [];
  const progress = (_: string, done: number): void => void steps.push(done);
  expect(await readBytes(placed(true), { signal: never, progress })).toEqual(new Uint8Array([1, 2, 3]));
  expect(steps).toEqual([0, 2, 3]);
  const stuck = readBytes(placed(false), { signal: stop.signal, progress });
  setTimeout(() => stop.abort());
  await expect(stuck).rejects.toMatchObject({ name: 'AbortError' });
});

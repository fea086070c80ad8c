import { afterEach, expect, test } from 'vitest';
import type { OwnAsset } from '../../engine/assets';
import { TinyaiError, problem } from '../../engine/error';
import { defaultSpec } from '../../engine/spec/defaults';
import { MemoryAddress } from '../address/browser-address';
import { WoundClock } from '../testing/clock';
import { FileTakings } from './file-takings';
import { BASE, SpecEditor } from './spec-editor';

const PATH = 'data.corpus';
const disposed: (() => void)[] = [];
afterEach(() => disposed.splice(0).forEach((dispose) => dispose()));

/** An editor of two runs, and files that are read when the test says so. */
function made() {
  const checker = { check: async () => [], migrate: async () => defaultSpec, preload: async () => undefined, fit: async () => ({ problems: [], limits: [] }) };
  const names = { newRun: String, copyOf: String, fork: String, ofMethod: String };
  const editor = new SpecEditor({ lab: 'fine-tuning', initial: () => defaultSpec, hadVersion1: false, address: new MemoryAddress(''), clock: new WoundClock(), checker, names });
  const reads: { finish(name: string): void; fail(error: unknown): void; signal: AbortSignal; read(done: number): void }[] = [];
  const takings = new FileTakings({
    editor,
    assets: {
      addOwn: (_, kind, { signal, onProgress } = {}) =>
        new Promise<OwnAsset>((resolve, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error));
          reads.push({
            finish: (name) => resolve({ name, kind, bytes: 4 }),
            fail: reject,
            signal: signal!,
            read: (received) => onProgress!({ asset: 'a.txt', received, total: 1000 }),
          });
        }),
    },
  });
  disposed.push(() => [takings, editor].forEach((each) => each.dispose()));
  const give = (): Promise<void> => takings.take(PATH, { from: 'chooser', files: [new File(['text'], 'a.txt')] });
  return { editor, takings, reads, give };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test('what is being read is known whichever tab is shown, until it is in the spec', async () => {
  const { editor, takings, reads, give } = made();
  editor.select(1);
  const taken = give();
  expect(takings.at(PATH)).toEqual({ name: 'a.txt', done: 0, total: null });
  editor.select(BASE);
  await settled();
  reads[0]!.read(500);
  expect([takings.at(PATH), takings.reading]).toEqual([null, [{ name: 'a.txt', done: 500, total: 1000 }]]);
  reads[0]!.finish('file:a.txt');
  await taken;
  expect([takings.reading, editor.value(1, PATH), editor.value(0, PATH)]).toEqual([[], 'file:a.txt', defaultSpec.base.data.corpus]);
});

test('files are for the run that they were given to, wherever it has come to stand, and for none where it is gone', async () => {
  const { editor, reads, give, takings } = made();
  editor.select(1);
  const taken = give();
  editor.removeRun(0);
  reads[0]!.finish('file:a.txt');
  await taken;
  expect(editor.spec.runs).toEqual([{ ...defaultSpec.runs[1]!, patch: { ...defaultSpec.runs[1]!.patch, data: { corpus: 'file:a.txt' } } }]);
  editor.addRun();
  const other = give();
  editor.removeRun(1);
  await settled();
  expect([reads[1]!.signal.aborted, takings.reading]).toEqual([true, []]);
  await other;
  expect(editor.spec.runs).toHaveLength(1);
});

test('other files, another choice, and a stop end it', async () => {
  const { editor, reads, give, takings } = made();
  void give();
  void give();
  editor.setValue(PATH, 'tang-poems');
  await settled();
  void give();
  takings.stop(PATH);
  await settled();
  expect([reads.map(({ signal }) => signal.aborted), takings.reading]).toEqual([[true, true, true], []]);
  expect([editor.problems, editor.spec.base.data.corpus]).toEqual([[], 'tang-poems']);
});

test('what is wrong with them stands at the field of that run, under its name of now, until something else is chosen there', async () => {
  const { editor, reads, give } = made();
  editor.select(0);
  const taken = give();
  reads[0]!.fail(new TinyaiError([problem('bad_file', 'It is empty.', '文件为空。')]));
  await taken;
  editor.rename(0, 'mine');
  expect(editor.problems).toMatchObject([{ field: PATH, run: 'mine', message: { en: 'It is empty.' } }]);
  editor.setValue(PATH, 'tang-poems', 1);
  expect(editor.problems).toHaveLength(1);
  editor.setValue(PATH, 'tang-poems', 0);
  expect(editor.problems).toEqual([]);
});

import { expect, test } from 'vitest';
import { TinyaiError } from '../error';
import { findAdapters, readAdapter } from './adapters';

/** A file, with its path below the folder that was chosen. */
function file(path: string, content: BlobPart = 'x'): File {
  const made = new File([content], path.split('/').at(-1)!);
  if (path.includes('/')) Object.defineProperty(made, 'webkitRelativePath', { value: path });
  return made;
}

/** A folder as a drop gives it: its entries come a few at a time. */
function folder(name: string, entries: FileSystemEntry[]): FileSystemEntry {
  const left = [entries.slice(0, 1), entries.slice(1), []];
  return { name, isDirectory: true, createReader: () => ({ readEntries: (give: (some: FileSystemEntry[]) => void) => give(left.shift()!) }) } as unknown as FileSystemEntry;
}
const entry = (name: string): FileSystemEntry => ({ name, isDirectory: false, file: (give: (file: File) => void) => give(file(name)) }) as unknown as FileSystemEntry;
const adapter = (name: string): FileSystemEntry => folder(name, ['README.md', 'adapter_config.json', 'adapter_model.safetensors'].map(entry));

async function found(...roots: (File | FileSystemEntry)[]): Promise<{ pairs: string[]; problems: string[] }> {
  const { adapters, problems } = await findAdapters(roots);
  for (const { message } of problems) expect(message.zh).toMatch(/[\u4e00-\u9fff]/);
  return { pairs: adapters.map(({ name, config, weights }) => `${name}: ${config.name} + ${weights.name}`), problems: problems.map(({ message }) => message.en) };
}

test('two loose files are an adapter, however they are called', async () => {
  expect(await found(file('adapter_config.json'), file('adapter_model.safetensors'))).toEqual({ pairs: ['null: adapter_config.json + adapter_model.safetensors'], problems: [] });
  expect((await found(file('adapter_config (1).json'), file('weights.safetensors'))).pairs).toEqual(['null: adapter_config (1).json + weights.safetensors']);
});

test('several loose pairs are told apart by what their names have in common', async () => {
  const all = ['adapter_config (1).json', 'adapter_config.json', 'adapter_model.safetensors', 'adapter_model (1).safetensors', 'ci-adapter_config.json', 'ci-adapter_model.safetensors'];
  expect((await found(...all.map((name) => file(name)))).pairs).toEqual([
    'null: adapter_config (1).json + adapter_model (1).safetensors',
    'null: adapter_config.json + adapter_model.safetensors',
    'ci: ci-adapter_config.json + ci-adapter_model.safetensors',
  ]);
});

test('folders that were dropped, and folders in a folder, each are an adapter by their name', async () => {
  expect((await found(adapter('sonnets'), adapter('plays'))).pairs).toEqual(['sonnets: adapter_config.json + adapter_model.safetensors', 'plays: adapter_config.json + adapter_model.safetensors']);
  expect((await found(folder('all', [adapter('a'), adapter('b')]))).pairs).toHaveLength(2);
});

test('a folder that was chosen gives its files with their paths', async () => {
  const paths = ['run/a/adapter_config.json', 'run/a/adapter_model.safetensors', 'run/b/adapter_config.json', 'run/b/adapter_model.safetensors', 'run/notes.txt'];
  expect((await found(...paths.map((path) => file(path)))).pairs.map((pair) => pair[0])).toEqual(['a', 'b']);
});

test('what lacks its other half is named, and the rest is taken', async () => {
  expect(await found(file('adapter_config.json'))).toEqual({ pairs: [], problems: [expect.stringContaining('adapter_config.json has no weights beside it')] });
  expect((await found(file('adapter_model.safetensors'))).problems).toEqual([expect.stringContaining('has no adapter_config.json beside it')]);
  expect((await found(file('adapter_config.json'), file('adapter_model.bin'))).problems).toEqual([expect.stringContaining('adapter_model.bin is a pickle')]);
  const mixed = await found(adapter('good'), folder('bad', [entry('adapter_config.json')]));
  expect([mixed.pairs.length, mixed.problems.length]).toEqual([1, 1]);
});

test('what is no adapter at all is said to be none, by its name', async () => {
  expect((await found(file('poem.txt'))).problems).toEqual([expect.stringContaining('no adapter among poem.txt')]);
  await expect(findAdapters([])).rejects.toThrow('Nothing was added');
});

test('files are read whole; an empty one, and one that is no text, are refused by name', async () => {
  const refusal = async (config: File, weights: File): Promise<string> => {
    const { adapters } = await findAdapters([config, weights]);
    const error: unknown = await readAdapter(adapters[0]!).catch((thrown: unknown) => thrown);
    return error instanceof TinyaiError ? error.problems[0]!.message.en : '';
  };
  // A header of two bytes.
  const weights = new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]);
  const { adapters } = await findAdapters([file('adapter_config.json', '{"r": 4}'), file('adapter_model.safetensors', weights)]);
  expect(await readAdapter(adapters[0]!)).toEqual({ name: null, config: '{"r": 4}', weights });
  for (const broken of [weights.subarray(0, 9), weights.subarray(0, 7), new TextEncoder().encode('this is no file of tensors')]) {
    expect(await refusal(file('adapter_config.json', '{}'), file('adapter_model.safetensors', new Uint8Array(broken)))).toContain('adapter_model.safetensors is not a safetensors file');
  }
  expect(await refusal(file('adapter_config.json', ''), file('adapter_model.safetensors'))).toContain('adapter_config.json is empty');
  expect(await refusal(file('adapter_config.json', new Uint8Array([0xff])), file('adapter_model.safetensors'))).toContain('adapter_config.json is not UTF-8');
});

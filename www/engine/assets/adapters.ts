/** Adapters among what a visitor dropped or chose: pairs of files, loose or in folders. */
import type { Problem } from '../../types/generated/Problem';
import { TinyaiError, problemsOf } from '../error';
import * as problems from './adapter-problems';
import { allocator } from './bytes';
import { entryFile, isDirectory, isEntry, loose, readEntries, type Listed, type Root } from './dropped';
import { nothingAdded } from './own-problems';
import { readFile } from './read-file';

/** The files of an adapter that was found. */
export interface FoundAdapter {
  /** Of its folder, or what its files’ names have in common; null where that is nothing. */
  name: string | null;
  config: Listed;
  weights: Listed;
}

/** What was found, and what is wrong with the rest. */
export interface FoundAdapters {
  adapters: FoundAdapter[];
  problems: Problem[];
}

export interface ReadAdapter {
  name: string | null;
  config: string;
  weights: Uint8Array;
}

/** Folders are looked into as deep as a folder of adapters with a folder for each has them. */
const DEEPEST = 2;
const MOST_FILES = 2000;
const LARGEST_CONFIG = 4 * 2 ** 20;
const LARGEST_WEIGHTS = 512 * 2 ** 20;

/** Looks for adapters in what was added, without opening any file. */
export async function findAdapters(roots: Root[], signal?: AbortSignal): Promise<FoundAdapters> {
  if (roots.length === 0) throw nothingAdded();
  const folders = new Map<string, Listed[]>();
  let many = 0;
  const put = (folder: string, file: Listed): void => {
    if (++many > MOST_FILES) throw new TinyaiError([problems.tooMany(roots.map(({ name }) => name), MOST_FILES)]);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  };
  for (const root of roots) {
    if (isDirectory(root)) await walk(root, root.name, 0, put, signal);
    else {
      const file = isEntry(root) ? entryFile(root as FileSystemFileEntry) : loose(root as File);
      put(file.path.split('/').slice(0, -1).join('/'), file);
    }
  }
  const found: FoundAdapters = { adapters: [], problems: [] };
  for (const [folder, files] of folders) pair(folder.split('/').at(-1)!, files, found);
  if (found.adapters.length === 0 && found.problems.length === 0) found.problems.push(problems.noAdapter(roots.map(({ name }) => name)));
  return found;
}

async function walk(directory: FileSystemDirectoryEntry, path: string, depth: number, put: (folder: string, file: Listed) => void, signal?: AbortSignal): Promise<void> {
  for (const entry of await readEntries(directory, signal)) {
    if (!isDirectory(entry)) put(path, entryFile(entry as FileSystemFileEntry));
    else if (depth < DEEPEST) await walk(entry, `${path}/${entry.name}`, depth + 1, put, signal);
  }
}

const isConfig = ({ name }: Listed): boolean => /adapter_config.*\.json$/i.test(name);
const isWeights = ({ name }: Listed): boolean => /\.safetensors$/i.test(name);
const isPickle = ({ name }: Listed): boolean => /adapter_model.*\.(bin|pt|pth)$/i.test(name);

/** What a file's name says beside what it is: browsers number downloads of the same name. */
const told = ({ name }: Listed): string =>
  name.replace(/\.(json|safetensors)$/i, '').replace(/adapter_(config|model)/i, '').replace(/^[\s._-]+|[\s._-]+$/g, '');

/** Pairs the files of one folder: two of them however they are called, more by what their names have in common. */
function pair(folder: string, files: readonly Listed[], { adapters, problems: said }: FoundAdapters): void {
  const configs = files.filter(isConfig);
  const weights = files.filter(isWeights);
  const alone = configs.length === 1 && weights.length === 1;
  const left = new Set(weights);
  for (const config of configs) {
    const own = alone ? weights[0] : [...left].find((one) => told(one) === told(config));
    if (own) {
      left.delete(own);
      // A number that a browser gave is no name.
      const name = told(config).replace(/^\(\d+\)$/, '');
      adapters.push({ name: (configs.length === 1 && folder) || name || folder || null, config, weights: own });
    } else {
      const pickle = files.find(isPickle);
      said.push(pickle ? problems.pickled(pickle.name) : problems.withoutWeights(config.name));
    }
  }
  for (const { name } of left) said.push(problems.withoutConfig(name));
}

/** Reads an adapter's files; fails with a `TinyaiError`, or with the reason of the signal. */
export async function readAdapter({ name, config, weights }: FoundAdapter, signal?: AbortSignal): Promise<ReadAdapter> {
  const read = async (listed: Listed, most: number): Promise<Uint8Array> => {
    const file = await listed.open();
    if (file.size === 0) throw new TinyaiError([problems.empty(file.name)]);
    if (file.size > most) throw new TinyaiError([problems.tooLarge(file.name, file.size, most)]);
    return readFile(file, { allocate: allocator(false), signal });
  };
  const text = decoded(config.name, await read(config, LARGEST_CONFIG));
  const tensors = await read(weights, LARGEST_WEIGHTS);
  if (!hasHeader(tensors)) throw new TinyaiError([problems.notSafetensors(weights.name)]);
  return { name, config: text, weights: tensors };
}

/** Whether the header that the first eight bytes of a safetensors file announce, in bytes, lies within it. */
function hasHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) <= BigInt(bytes.length - 8);
}

function decoded(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TinyaiError([problems.notUtf8(name)]);
  }
}

/** What went wrong with an adapter, with the name that tells it from others that were added with it. */
export const problemsOfAdapter = (name: string | null, thrown: unknown): Problem[] =>
  problemsOf(thrown).map((one) => (name === null ? one : { ...one, message: { en: `${name}: ${one.message.en}`, zh: `${name}：${one.message.zh}` } }));

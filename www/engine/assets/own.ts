/** Files of the visitor as assets: one text, or one model of three files, named by its content. */
import { contentHash, hashOfFiles, shortHex } from './hash';
import type { Listed, Listing } from './dropped';
import * as problems from './own-problems';
import { readFile, type ReadOptions } from './read-file';
import { MARK_BYTES, Utf8Check, otherEncoding } from './utf8';

/** What a visitor adds. */
export type OwnKind = 'text' | 'model';

/** A text or a model of the visitor. The same name always means the same bytes. */
export interface OwnAsset {
  /** As specs name it: `file:essay-3f9a01bc.txt`, `file:my-model-77ab12cd`. */
  name: string;
  kind: OwnKind;
  /** Of all its files together. */
  bytes: number;
}

/** An asset with its files, by the paths that the engine asks for. */
export interface ReadAsset extends OwnAsset {
  files: Map<string, Uint8Array>;
}

/** The files of a model, by the names they have on the Hugging Face Hub. */
export const MODEL_FILES = ['model.safetensors', 'config.json', 'tokenizer.json'] as const;
const [WEIGHTS, CONFIG, TOKENIZER] = MODEL_FILES;

/** A text of more bytes is far beyond what a tab trains on. */
export const LARGEST_TEXT = 64 * 2 ** 20;
/** Weights of more bytes do not fit into the engine's memory beside what training needs. */
export const LARGEST_WEIGHTS = 1.5 * 2 ** 30;
/** A tokenizer of hundreds of thousands of tokens has half of that. */
const LARGEST_JSON = 64 * 2 ** 20;

/** Reads what was added as one asset; fails with a `TinyaiError`, or with the reason of the signal. */
export async function readOwn(listing: Listing, kind: OwnKind, options: ReadOptions): Promise<ReadAsset> {
  return kind === 'text' ? readText(listing, options) : readModel(listing, options);
}

async function readText({ folder, files }: Listing, options: ReadOptions): Promise<ReadAsset> {
  if (folder !== null) throw problems.folderAsText(folder);
  if (files.length > 1) throw problems.severalTexts(files.map(({ name }) => name));
  const file = await files[0]!.open();
  if (file.size === 0) throw problems.emptyFile(file.name);
  if (file.size > LARGEST_TEXT) throw problems.tooLarge(file.name, file.size, LARGEST_TEXT);
  const encoding = otherEncoding(await readFile(new File([file.slice(0, MARK_BYTES)], file.name), { ...options, onProgress: undefined }));
  if (encoding !== null) throw problems.inOtherEncoding(file.name, encoding);
  const check = new Utf8Check();
  const refuse = (position: number | null): void => {
    if (position !== null) throw problems.notUtf8(file.name, position);
  };
  const bytes = await readFile(file, options, (part) => refuse(check.push(part)));
  refuse(check.end());
  const name = `file:${named(file.name, shortHex(await contentHash(bytes, options.signal)), true)}`;
  return { name, kind: 'text', bytes: bytes.length, files: new Map([[name, bytes]]) };
}

async function readModel(listing: Listing, options: ReadOptions): Promise<ReadAsset> {
  const { weights, config, tokenizer } = filesOfModel(listing);
  const opened: [string, File, number][] = [
    [WEIGHTS, await weights.open(), LARGEST_WEIGHTS],
    [CONFIG, await config.open(), LARGEST_JSON],
    [TOKENIZER, await tokenizer.open(), LARGEST_JSON],
  ];
  for (const [, file, most] of opened) {
    if (file.size === 0) throw problems.emptyModelFile(file.name);
    if (file.size > most) throw problems.tooLarge(file.name, file.size, most);
  }
  const read: [string, Uint8Array][] = [];
  for (const [name, file] of opened) read.push([name, await readFile(file, options)]);
  const hashes: [string, Uint8Array][] = [];
  for (const [name, bytes] of read) hashes.push([name, await contentHash(bytes, options.signal)]);
  // To the engine, a name with a dot in it is that of the weights and not of their folder.
  const own = (listing.folder ?? weights.name.replace(/\.safetensors$/, '')).replaceAll('.', '-');
  const name = `file:${named(own, shortHex(await hashOfFiles(hashes)), false)}`;
  return {
    name,
    kind: 'model',
    bytes: read.reduce((sum, [, bytes]) => sum + bytes.length, 0),
    files: new Map(read.map(([file, bytes]) => [`${name}/${file}`, bytes])),
  };
}

/** The three files: by their exact names, and the weights by their ending if only one file has it. */
function filesOfModel({ folder, files, folders }: Listing): { weights: Listed; config: Listed; tokenizer: Listed } {
  const called = folder ?? files.map(({ name }) => name).join(', ');
  const [config, tokenizer] = [CONFIG, TOKENIZER].map((wanted) => files.find(({ name }) => name === wanted));
  const candidates = files.filter(({ name }) => name.endsWith('.safetensors'));
  const exact = files.find(({ name }) => name === WEIGHTS);
  const weights = exact ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (!weights && candidates.length > 1) {
    const shards = candidates.filter(({ name }) => /-\d+-of-\d+\.safetensors$/.test(name));
    if (shards.length > 1) throw problems.sharded(called, shards.length);
    throw problems.severalWeights(called, candidates.map(({ name }) => name));
  }
  if (weights && config && tokenizer) return { weights, config, tokenizer };
  if (!weights && !config && !tokenizer) throw folders.length > 0 ? problems.foldersOnly(called, folders) : problems.nothingUsable(called);
  const missing = [weights ? [] : WEIGHTS, config ? [] : CONFIG, tokenizer ? [] : TOKENIZER].flat();
  throw problems.filesMissing(called, missing);
}

/** A file's or folder's name with its hash, before its ending if it has one; a name that has the hash already is left alone. */
function named(name: string, hash: string, hasEnding: boolean): string {
  // A system may write é as one character or as two. Slashes would read as folders.
  const clean = name.normalize('NFC').replace(/[\\/\p{Cc}]/gu, '-');
  const dot = hasEnding ? clean.lastIndexOf('.') : -1;
  const [stem, ending] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot)] : [clean, ''];
  return stem.endsWith(`-${hash}`) ? clean : `${stem}-${hash}${ending}`;
}

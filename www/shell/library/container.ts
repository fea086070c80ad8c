/**
 * The file that experiments are exported to. All numbers are little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 8 | the mark `89 54 41 49 0D 0A 1A 0A`, which no text file has and which a transfer as text would spoil |
 * | 4 | version of the format |
 * | 4 | length of the header in bytes |
 * | 4 | CRC-32 of the header |
 * | … | the header, JSON in UTF-8: {@link Header} |
 * | … | the sections, one after the other, as the header lists them |
 *
 * A number that JSON has not (a loss that diverged) is `{"$number": "NaN"}`, `"Infinity"` or `"-Infinity"`.
 */
import { isCount, isObject } from './check';
import { crc32 } from './crc32';
import { StorageError } from './problems';

const MARK = [0x89, 0x54, 0x41, 0x49, 0x0d, 0x0a, 0x1a, 0x0a];
const FORMAT = 'tinyai-experiments';
export const FORMAT_VERSION = 1;
/** Bytes before the header. */
export const PREAMBLE = 20;
/** A header lists sections only; this is room for tens of thousands. */
const LONGEST_HEADER = 16 * 2 ** 20;

/** An entry (JSON), a state (JSON of its result, then its ranks), or a file of the visitor. */
export type Section = { readonly bytes: number; readonly crc32: number } & (
  | { readonly kind: 'entry' }
  /** Belongs to the entry before it. */
  | { readonly kind: 'state'; readonly run: number; readonly step: number; readonly parts: readonly number[] }
  | { readonly kind: 'file'; readonly name: string }
);

export interface Header {
  readonly format: typeof FORMAT;
  readonly sections: readonly Section[];
}

export function encodeHeader(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const header = encodeJson({ format: FORMAT, sections } satisfies Header);
  const bytes = new Uint8Array(PREAMBLE + header.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MARK);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, header.length, true);
  view.setUint32(16, crc32(header), true);
  bytes.set(header, PREAMBLE);
  return bytes;
}

/** The header's length and CRC-32 out of a file's first bytes. */
export function decodePreamble(bytes: Uint8Array, fileBytes: number): { length: number; crc: number } {
  if (bytes.length === 0 || !MARK.slice(0, bytes.length).every((byte, i) => bytes[i] === byte)) throw foreign();
  if (bytes.length < PREAMBLE) throw truncated();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint32(8, true);
  if (version > FORMAT_VERSION) throw newer(version);
  if (version === 0) throw spoiled();
  const length = view.getUint32(12, true);
  if (length > LONGEST_HEADER) throw spoiled();
  if (PREAMBLE + length > fileBytes) throw truncated();
  return { length, crc: view.getUint32(16, true) };
}

export function decodeHeader(bytes: Uint8Array, crc: number, fileBytes: number): Header {
  if (crc32(bytes) !== crc) throw spoiled();
  const header = decodeJson(bytes);
  if (!isHeader(header)) throw spoiled();
  const end = header.sections.reduce((at, section) => at + section.bytes, PREAMBLE + bytes.length);
  if (end > fileBytes) throw truncated();
  if (end < fileBytes) throw spoiled();
  return header;
}

export const encodeJson = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value, writeNumber));

/** A {@link StorageError} where the bytes are no JSON. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), readNumber);
  } catch {
    throw spoiled();
  }
}

const writeNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;

function readNumber(key: string, value: unknown): unknown {
  if (key === '__proto__') throw spoiled();
  if (!isObject(value) || Object.keys(value).length !== 1) return value;
  const number = { NaN, Infinity, '-Infinity': -Infinity }[String(value['$number'])];
  return number ?? value;
}

const isHeader = (value: unknown): value is Header =>
  isObject(value) && value['format'] === FORMAT && Array.isArray(value['sections']) && value['sections'].every(isSection);

function isSection(value: unknown): value is Section {
  if (!isObject(value) || !isCount(value['bytes']) || !isCount(value['crc32'])) return false;
  const { kind, bytes, parts } = value;
  if (kind === 'entry') return true;
  if (kind === 'file') return typeof value['name'] === 'string' && value['name'].startsWith('file:');
  if (kind !== 'state' || !isCount(value['run']) || !isCount(value['step'])) return false;
  return Array.isArray(parts) && parts.length > 0 && parts.every(isCount) && parts.reduce((sum, part) => sum + part, 0) === bytes;
}

const foreign = (): StorageError =>
  new StorageError(
    'bad_file',
    'This is no file of exported experiments. Choose one that this page exported; its name ends in .tinyai.',
    '这不是导出的实验文件。请选择由本页面导出、扩展名为 .tinyai 的文件。',
  );

const truncated = (): StorageError =>
  new StorageError(
    'bad_file',
    'The file is cut off; nothing was added. Download or copy it again.',
    '文件不完整，没有添加任何内容。请重新下载或复制。',
  );

export const spoiled = (): StorageError =>
  new StorageError(
    'bad_file',
    'The file is damaged; nothing was added. Download or copy it again, or export the experiments once more.',
    '文件已损坏，没有添加任何内容。请重新下载或复制，或再次导出实验。',
  );

const newer = (version: number): StorageError =>
  new StorageError(
    'bad_file',
    `The file was exported by a newer version of this page (format ${version}; this page reads up to ${FORMAT_VERSION}). Reload the page and try again.`,
    `文件由本页面的更新版本导出（格式 ${version}，当前页面最高支持 ${FORMAT_VERSION}）。请重新加载页面后重试。`,
    String(version),
  );

import { isEntry, isSavedRun } from './check';
import { decodeHeader, decodeJson, decodePreamble, PREAMBLE, spoiled, type Section } from './container';
import { crc32 } from './crc32';
import { assetsOf, belongsTo, idle, newId, type Entry, type Row, type SavedRun } from './entry';
import type { Transfer } from './export';
import { freeName } from './names';
import { StorageError } from './problems';
import type { Attachments } from './records';
import { untilAborted, type Store } from './store';

/** Bytes that are read at a time. */
const CHUNK = 8 * 2 ** 20;

export interface ImportOptions {
  readonly onProgress?: (transfer: Transfer) => void;
  readonly signal?: AbortSignal;
}

/** What an import adds to. */
export interface ImportTarget {
  readonly store: Store;
  list(): Promise<Row[]>;
  add(entry: Entry, attachments: Attachments): Promise<Row>;
  /** Deletes what was added. */
  drop(row: Row): Promise<void>;
}

/** Adds the entries of a file (`container.ts`); where anything fails, what was added goes again. */
export async function imported(file: Blob, target: ImportTarget, options: ImportOptions): Promise<Row[]> {
  const reader = new Reader(file, options);
  const sections = await reader.sections();
  const rows = await target.list();
  const [ids, names] = [new Set(rows.map((row) => row.id)), new Set(rows.map((row) => row.name))];
  const added: Row[] = [];
  try {
    for (const { head, states, files } of grouped(sections)) {
      const entry = renewed(await readEntry(reader, head), ids, names);
      const attachments = { states: await readStates(reader, states, entry.spec.runs.length), files: await readFiles(reader, files, assetsOf(entry.spec), target.store) };
      ids.add(entry.id);
      names.add(entry.name);
      added.push(await target.add(entry, attachments));
    }
    options.signal?.throwIfAborted();
    return added;
  } catch (thrown) {
    for (const row of added) await target.drop(row);
    throw thrown;
  }
}

/** The entries of an exported file, without their states and files, which stay unread. */
export async function entriesIn(file: Blob, options: ImportOptions = {}): Promise<Entry[]> {
  const reader = new Reader(file, options);
  const entries: Entry[] = [];
  for (const placed of await reader.sections()) if (is(placed, 'entry')) entries.push(await readEntry(reader, placed));
  return entries;
}

interface Placed<S extends Section = Section> {
  readonly at: number;
  readonly section: S;
}

type Of<Kind extends Section['kind']> = Placed<Extract<Section, { kind: Kind }>>;

interface Group {
  readonly head: Of<'entry'>;
  readonly states: Of<'state'>[];
  readonly files: Of<'file'>[];
}

/** Each entry with its states; files go with the first entry, in the file's order, that they stand behind. */
function grouped(sections: readonly Placed[]): Group[] {
  const groups: Group[] = [];
  for (const placed of sections) {
    const group = groups.at(-1);
    if (is(placed, 'entry')) groups.push({ head: placed, states: [], files: [] });
    else if (!group) throw spoiled();
    else if (is(placed, 'state')) group.states.push(placed);
    else if (is(placed, 'file')) group.files.push(placed);
  }
  return groups;
}

const is = <Kind extends Section['kind']>(placed: Placed, kind: Kind): placed is Of<Kind> => placed.section.kind === kind;

async function readEntry(reader: Reader, head: Of<'entry'>): Promise<Entry> {
  const entry = decodeJson(await reader.read(head));
  if (!isEntry(entry)) throw spoiled();
  return entry;
}

/** An entry under an id and a name that nothing here has. */
function renewed(entry: Entry, ids: ReadonlySet<string>, names: Iterable<string>): Entry {
  const { lab, note, created, changed, status, spec, result, foretold } = entry;
  const id = ids.has(entry.id) ? newId() : entry.id;
  return { id, lab, name: freeName(entry.name, names), note, created, changed, status: idle(status), spec, result, ...(foretold && { foretold }) };
}

async function readStates(reader: Reader, placed: readonly Of<'state'>[], runs: number): Promise<SavedRun[]> {
  const states: SavedRun[] = [];
  for (const one of placed) {
    const bytes = await reader.read(one);
    const { run, step, parts } = one.section;
    const ends = parts.reduce<number[]>((sums, part) => [...sums, (sums.at(-1) ?? 0) + part], []);
    const [first, ...ranks] = parts.map((part, i) => bytes.slice(ends[i]! - part, ends[i]));
    const head = decodeJson(first!) as { result?: unknown; stages?: unknown } | null;
    const state = { run, step, result: head?.result, ranks, ...(head?.stages !== undefined && { stages: head.stages }) };
    if (!isSavedRun(state) || run >= runs) throw spoiled();
    states.push(state);
  }
  return states;
}

/** The files that the entry needs; one that is here under its name already must be the same. */
async function readFiles(reader: Reader, placed: readonly Of<'file'>[], assets: readonly string[], store: Store): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const one of placed) {
    const { name } = one.section;
    const bytes = await reader.read(one);
    if (!assets.some((asset) => belongsTo(name, asset))) throw spoiled();
    const here = await store.read((transaction) => transaction.get('contents', name));
    if (here instanceof Uint8Array && !isSame(here, bytes)) throw otherContent(name);
    files.set(name, bytes);
  }
  return files;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Reads a file section by section; of one that is foreign only the first bytes. */
class Reader {
  private done = 0;

  constructor(
    private readonly file: Blob,
    private readonly options: ImportOptions,
  ) {}

  async sections(): Promise<Placed[]> {
    const { size } = this.file;
    const { length, crc } = decodePreamble(await this.slice(0, Math.min(size, PREAMBLE)), size);
    let at = PREAMBLE + length;
    return decodeHeader(await this.slice(PREAMBLE, at), crc, size).sections.map((section) => {
      const placed = { at, section };
      at += section.bytes;
      return placed;
    });
  }

  /** The bytes of a section, checked. */
  async read({ at, section }: Placed): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocated(section.bytes);
    let crc = 0;
    for (let done = 0; done < bytes.length; done += CHUNK) {
      const chunk = await this.slice(at + done, at + Math.min(done + CHUNK, bytes.length));
      bytes.set(chunk, done);
      crc = crc32(chunk, crc);
    }
    if (crc !== section.crc32) throw spoiled();
    return bytes;
  }

  private async slice(from: number, to: number): Promise<Uint8Array> {
    this.options.signal?.throwIfAborted();
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await untilAborted(this.file.slice(from, to).arrayBuffer(), this.options.signal));
    } catch (thrown) {
      this.options.signal?.throwIfAborted();
      throw unreadable(thrown);
    }
    if (bytes.length !== to - from) throw unreadable('it became shorter');
    this.done += bytes.length;
    this.options.onProgress?.({ done: this.done, total: this.file.size });
    return bytes;
  }
}

function allocated(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    const text = String(bytes);
    throw new StorageError('bad_file', `A part of the file (${text} bytes) is larger than this browser can hold.`, `文件中有一部分（${text} 字节）超出浏览器的容量。`, text);
  }
}

function unreadable(thrown: unknown): StorageError {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new StorageError('bad_file', `The file can no longer be read: ${detail}. Choose it again.`, `无法再读取文件：${detail}。请重新选择。`, detail);
}

const otherContent = (name: string): StorageError =>
  new StorageError(
    'bad_file',
    `The library has another file under the name ${name}; nothing was added. Delete the experiments that use it first, if you do not need them.`,
    `实验库中已有同名但内容不同的文件 ${name}，没有添加任何内容。如不再需要，请先删除使用它的实验。`,
    name,
  );

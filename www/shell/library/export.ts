import { encodeHeader, encodeJson, type Section } from './container';
import { crc32 } from './crc32';
import type { Entry, Row, SavedRun } from './entry';

/** Bytes after which the page gets its turn. */
const CHUNK = 8 * 2 ** 20;

/** Bytes done, of about how many. */
export interface Transfer {
  readonly done: number;
  readonly total: number;
}

export interface ExportOptions {
  /** Whether the file holds the saved states, so that runs can go on elsewhere; by default it does. */
  readonly states?: boolean;
  /** Whether it holds the visitor's own files that the experiments need; by default it does. */
  readonly files?: boolean;
  /** Whether it holds what was measured, and notes; by default it does. Without them a file of predictions stays small. */
  readonly results?: boolean;
  readonly onProgress?: (transfer: Transfer) => void;
  readonly signal?: AbortSignal;
}

/** What an export reads from. */
export interface ExportSource {
  readonly rows: { get(): readonly Row[] };
  get(id: string, signal?: AbortSignal): Promise<Entry>;
  resume(id: string, signal?: AbortSignal): Promise<{ entry: Entry; states: SavedRun[] }>;
  files(id: string, signal?: AbortSignal): Promise<Map<string, Uint8Array>>;
}

/** Writes entries into one file (`container.ts`). Only one entry's bytes are in memory at a time; the browser may keep the rest on disk. */
export async function exported(source: ExportSource, ids: readonly string[], options: ExportOptions): Promise<Blob> {
  const { states: withStates = true, files: withFiles = true, results: withResults = true, signal } = options;
  const writer = new Writer(expected(source.rows.get(), ids, { states: withStates, files: withFiles, result: withResults }), options);
  const files = new Set<string>();
  for (const id of ids) {
    const { entry, states } = withStates ? await source.resume(id, signal) : { entry: await source.get(id, signal), states: [] };
    await writer.add([encodeJson(withResults ? entry : { ...entry, result: null, note: '' })], (section) => ({ ...section, kind: 'entry' }));
    for (const { run, step, result, ranks, stages } of states) {
      const parts = [encodeJson({ result, stages }), ...ranks];
      const lengths = parts.map((part) => part.byteLength);
      await writer.add(parts, (section) => ({ ...section, kind: 'state', run, step, parts: lengths }));
    }
    if (!withFiles) continue;
    for (const [name, bytes] of await source.files(id, signal)) {
      if (files.has(name)) continue;
      files.add(name);
      await writer.add([bytes], (section) => ({ ...section, kind: 'file', name }));
    }
  }
  return writer.file();
}

function expected(rows: readonly Row[], ids: readonly string[], parts: Record<'states' | 'files' | 'result', boolean>): number {
  const chosen = rows.filter((row) => ids.includes(row.id));
  const { states, files, result } = parts;
  return chosen.reduce((bytes, { sizes }) => bytes + sizes.spec + (result ? sizes.result : 0) + (states ? sizes.states : 0) + (files ? sizes.files : 0), 0);
}

class Writer {
  private readonly sections: Section[] = [];
  private readonly blobs: Blob[] = [];
  private done = 0;

  constructor(
    private readonly expected: number,
    private readonly options: ExportOptions,
  ) {}

  async add(parts: readonly Uint8Array[], describe: (section: { bytes: number; crc32: number }) => Section): Promise<void> {
    let [crc, bytes] = [0, 0];
    for (const part of parts) {
      for (let at = 0; at < part.byteLength; at += CHUNK) {
        const chunk = part.subarray(at, at + CHUNK);
        crc = crc32(chunk, crc);
        await this.progress(chunk.byteLength);
      }
      bytes += part.byteLength;
    }
    this.sections.push(describe({ bytes, crc32: crc }));
    // Bytes of the engine may lie in shared memory, of which no blob can be made.
    this.blobs.push(new Blob(parts.map((part) => (part.buffer instanceof ArrayBuffer ? (part as Uint8Array<ArrayBuffer>) : part.slice()))));
  }

  file(): Blob {
    return new Blob([encodeHeader(this.sections), ...this.blobs], { type: 'application/octet-stream' });
  }

  private async progress(bytes: number): Promise<void> {
    this.done += bytes;
    this.options.onProgress?.({ done: this.done, total: Math.max(this.expected, this.done) });
    if (bytes === CHUNK) await new Promise((resolve) => setTimeout(resolve));
    this.options.signal?.throwIfAborted();
  }
}

/** The experiments that a learner keeps. */
import type { Signal } from 'signal-polyfill';
import type { Entry, Progress, Row, SavedRun } from './entry';
import type { ExportOptions } from './export';
import type { Foretold } from './foretold';
import type { ImportOptions } from './import';
import type { Hold } from './locks';
import type { Usage } from './ports';
import type { StorageProblem } from './problems';
import type { Attachments } from './records';

/**
 * Where nothing else is said, an operation that fails is rejected with a {@link StorageError}, or with the reason of its signal.
 * Bytes that are handed over are not copied: they must not be changed afterwards.
 */
export interface Library {
  /** The entries, last changed first, as storage and this tab have them; follows changes of other tabs. */
  readonly rows: Signal.State<readonly Row[]>;
  /** Why storage does not work at the moment; null while it does. */
  readonly problem: Signal.State<StorageProblem | null>;
  /** What was given up to make room, until it is dismissed. */
  readonly notices: Signal.State<readonly StorageProblem[]>;
  dismiss(notice: StorageProblem): void;

  list(signal?: AbortSignal): Promise<Row[]>;
  /** Entries that have all words of the text in name, note, lab, names of runs or values of the spec. */
  find(text: string, signal?: AbortSignal): Promise<Row[]>;
  get(id: string, signal?: AbortSignal): Promise<Entry>;
  /** An entry and the saved states of its runs, as of one moment. */
  resume(id: string, signal?: AbortSignal): Promise<{ entry: Entry; states: SavedRun[] }>;
  /** The visitor's files that are kept for an entry, by `file:NAME`. */
  files(id: string, signal?: AbortSignal): Promise<Map<string, Uint8Array>>;

  /**
   * Adds an entry or replaces it, with the files it needs. Not rejected where storage fails: the entry then lives in this tab, every
   * operation finds it there, and the next put, save or {@link retry} tries again. The answer says why it is not stored.
   */
  put(entry: Entry, attachments?: Attachments, signal?: AbortSignal): Promise<StorageProblem | null>;
  /** Notes how far an entry got, all of it or nothing. Of an entry that was put or is held here, it is kept in this tab like a {@link put}. */
  save(id: string, progress: Progress, signal?: AbortSignal): Promise<StorageProblem | null>;
  /** Tries to store what this tab alone has; the answer says why something is still not stored. */
  retry(signal?: AbortSignal): Promise<StorageProblem | null>;

  rename(id: string, name: string, signal?: AbortSignal): Promise<void>;
  annotate(id: string, note: string, signal?: AbortSignal): Promise<void>;
  /** Notes what was foretold of an entry, or how near that came. */
  foretell(id: string, foretold: Foretold, signal?: AbortSignal): Promise<void>;
  /** Copies an entry with its result and states under a free name; one that runs is copied as paused. */
  duplicate(id: string, signal?: AbortSignal): Promise<Row>;
  /** Removes an entry that does not run. Until the date that is returned, {@link restore} brings it back. */
  remove(id: string, signal?: AbortSignal): Promise<number>;
  restore(id: string, signal?: AbortSignal): Promise<void>;

  /** Writes entries into one file. */
  export(ids: readonly string[], options?: ExportOptions): Promise<Blob>;
  /** Adds the entries of an exported file: all of them or, where that fails, none. Nothing that is here is overwritten. */
  import(file: Blob, options?: ImportOptions): Promise<Row[]>;

  /** Holds an entry while it runs here; to be taken before it is first put. Null where it is held already. */
  hold(id: string, signal?: AbortSignal): Promise<Hold | null>;
  /** Entries that neither ended nor are held by any open tab. */
  interrupted(signal?: AbortSignal): Promise<Row[]>;

  /** Null where the browser does not tell. */
  usage(): Promise<Usage | null>;
  /** Asks the browser never to clear the library by itself; it may ask the person, so this can take as long as they like. */
  keep(): Promise<boolean>;
  dispose(): void;
}

/** Where the library's records are: tables of values by string keys, written all or nothing. */
import type { Row, SavedRun, SpecOutline } from './entry';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';

/** What each table holds. Light rows stand apart from what is heavy, so that lists need not read it. */
export interface Tables {
  /** By the entry's id. */
  rows: Row;
  specs: SpecOutline;
  results: ExperimentResult | null;
  /** By `ID/RUN`. */
  states: SavedRun;
  /** Length in bytes of the visitor's files, by `file:NAME` or `file:FOLDER/NAME`. */
  files: number;
  /** Their bytes. */
  contents: Uint8Array;
  /** Which tab runs an entry, where the browser has no locks. */
  leases: Lease;
}

/** Until when a tab holds an entry. */
export interface Lease {
  readonly owner: string;
  readonly until: number;
}

export type Table = keyof Tables;

export const TABLES: readonly Table[] = ['rows', 'specs', 'results', 'states', 'files', 'contents', 'leases'];

/** Access within one transaction; only its own promises may be awaited in it. What is read was written by who knows whom: check it. */
export interface Transaction {
  get(table: Table, key: string): Promise<unknown>;
  /** The keys and values of a table; those under a key are its own and all that begin with it and a slash. */
  all(table: Table, under?: string): Promise<[key: string, value: unknown][]>;
  put<T extends Table>(table: T, key: string, value: Tables[T]): Promise<void>;
  /** Deletes a key and all under it. */
  delete(table: Table, under: string): Promise<void>;
}

/** Every failure is a {@link StorageError}, or the signal's reason. */
export interface Store {
  read<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Where the work throws, or anything fails, nothing of it stays. */
  write<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T>;
  close(): void;
}

/** Waits for a promise, but no longer than until the signal is aborted. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** What the library's tests share. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { RunResult } from '../../types/generated/RunResult';
import { newEntry, type Entry, type Progress, type SavedRun } from './entry';
import { IndexedDbStore } from './indexed-db-store';
import { leases, type LockPort } from './locks';
import { MemoryStore } from './memory-store';
import { noChanges, noQuota } from './ports';
import { StorageError, storageError, type StorageReason } from './problems';
import { StoredLibrary, type LibraryOptions, type LibraryPorts } from './stored-library';
import { TABLES, type Store, type Table, type Tables, type Transaction } from './store';

export const freshFactory = (): IDBFactory => new IDBFactory();

/** Each kind of store, by its name. */
export const STORES: [string, () => Store][] = [
  ['in the browser', () => new IndexedDbStore(freshFactory())],
  ['in memory', () => new MemoryStore()],
];

export function libraryOn(store: Store, ports: Partial<LibraryPorts> = {}, options: LibraryOptions = {}): StoredLibrary {
  return new StoredLibrary(store, { locks: leases(store, 'this tab'), changes: noChanges(), quota: noQuota(), ...ports }, options);
}

export const noLocks = (): LockPort => ({ take: async () => null, held: async () => new Set(), dispose: () => undefined });

export function runResult(name: string, steps: number): RunResult {
  const loss = Array.from({ length: steps }, (_, step): [number, number] => [step + 1, 4 / (step + 1)]);
  const metrics: RunResult['metrics'] = { loss: { value: 4 / Math.max(1, steps), unit: 'nats/token', kind: 'measured', spread: null } };
  return { name, status: 'cancelled', problem: null, diff: [], series: { loss }, metrics, memory: {}, samples: [], reports: {} };
}

const SPEC = {
  version: 2,
  base: { data: { corpus: 'song-ci', context: 64 }, training: { steps: 200, batch_size: 4, seed: 42 } },
  runs: [
    { name: 'full', patch: {} },
    { name: 'lora', patch: { fine_tuning: { method: 'lora' } } },
  ],
};

export function resultAfter(steps: number): ExperimentResult {
  const environment = { engine: 'tinyai 1', variant: 'single-simd128', simd: 'simd128', threads: 1, isolated: false, cores: 2, user_agent: 'test' };
  const spec = SPEC as unknown as ExperimentResult['spec'];
  return { version: 2, spec, environment, runs: [runResult('full', steps), runResult('lora', steps)], comparison: [], advice: [] };
}

/** What a run held after a step: bytes that tell which step it was. */
export function stateAfter(run: number, step: number, bytes = 64): SavedRun {
  return { run, step, result: runResult(SPEC.runs[run]?.name ?? `run ${run}`, step), ranks: [new Uint8Array(bytes).fill(step), new Uint8Array(bytes).fill(step + 1)] };
}

export const progressAfter = (step: number, bytes?: number): Progress => ({
  status: 'running',
  result: resultAfter(step),
  states: [stateAfter(0, step, bytes), stateAfter(1, step, bytes)],
});

/** An entry whose spec changes what is given of the base. */
export function sample(change: Partial<Entry> & { corpus?: string } = {}): Entry {
  const { corpus = 'song-ci', ...rest } = change;
  const spec = { ...SPEC, base: { ...SPEC.base, data: { ...SPEC.base.data, corpus } } };
  return newEntry({ lab: 'fine-tuning', name: 'Verse', status: 'finished', spec, result: resultAfter(3), ...rest });
}

/** Everything a store holds, for comparisons. */
export function contentOf(store: Store): Promise<Record<string, unknown>> {
  return store.read(async (transaction) => {
    const content: Record<string, unknown> = {};
    for (const table of TABLES) if (table !== 'leases') content[table] = await transaction.all(table);
    return content;
  });
}

/** The reason why something was refused. */
export async function reasonOf(promise: Promise<unknown>): Promise<StorageReason | 'nothing thrown'> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof StorageError) return thrown.problem.reason;
    throw thrown;
  }
  return 'nothing thrown';
}

/** A store that fails when it is told to: by throwing at an operation inside of a transaction, or at once. */
export class FaultyStore implements Store {
  /** Operations until it throws. */
  left = Infinity;
  /** What it throws. */
  fault: () => unknown = () => new DOMException('injected', 'UnknownError');
  /** Bytes beyond which it has no room. */
  limit = Infinity;

  constructor(readonly inner: Store) {}

  read<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.failing(this.inner.read((transaction) => work(this.faulty(transaction)), signal));
  }

  /** Full as Chromium is: a transaction that puts anything must find room for all that it puts, whatever it deletes; one that only deletes ends well. */
  write<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const limited = async (transaction: Transaction): Promise<T> => {
      const before = await bytesIn(transaction);
      let added = 0;
      const value = await work(this.faulty(transaction, (bytes) => (added += bytes)));
      if (added > 0 && before + added > this.limit) throw new DOMException('injected', 'QuotaExceededError');
      return value;
    };
    return this.failing(this.inner.write(limited, signal));
  }

  close(): void {
    this.inner.close();
  }

  private async failing<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (thrown) {
      throw storageError(thrown);
    }
  }

  private faulty(transaction: Transaction, onPut: (bytes: number) => void = () => undefined): Transaction {
    const count = (): void => {
      if (this.left-- <= 0) throw this.fault();
    };
    return {
      get: async (table: Table, key: string) => (count(), transaction.get(table, key)),
      all: async (table: Table, under?: string) => (count(), transaction.all(table, under)),
      put: async <T extends Table>(table: T, key: string, value: Tables[T]) => {
        count();
        onPut(bytesOf(value));
        await transaction.put(table, key, value);
      },
      delete: async (table: Table, under: string) => (count(), transaction.delete(table, under)),
    };
  }
}

async function bytesIn(transaction: Transaction): Promise<number> {
  let bytes = 0;
  for (const table of TABLES) for (const [, value] of await transaction.all(table)) bytes += bytesOf(value);
  return bytes;
}

function bytesOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return String(value).length;
  return Object.values(value).reduce<number>((sum, child) => sum + bytesOf(child), 0);
}

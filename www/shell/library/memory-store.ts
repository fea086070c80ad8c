import { untilAborted, type Store, type Table, type Tables, type Transaction } from './store';

/** Keeps everything until it is closed. */
export class MemoryStore implements Store {
  private tables = new Map<Table, ReadonlyMap<string, unknown>>();
  private last: Promise<unknown> = Promise.resolve();

  read<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.enqueue(() => work(new MemoryTransaction(new Map(this.tables), signal)), signal);
  }

  write<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.enqueue(async () => {
      const tables = new Map(this.tables);
      const value = await work(new MemoryTransaction(tables, signal));
      signal?.throwIfAborted();
      this.tables = tables;
      return value;
    }, signal);
  }

  close(): void {
    this.tables.clear();
  }

  /** One transaction after the other. */
  private enqueue<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const turn = this.last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.last = turn.catch(() => undefined);
    return untilAborted(turn, signal);
  }
}

/** Works on tables of its own: the first change of a table copies it. */
class MemoryTransaction implements Transaction {
  private readonly changed = new Map<Table, Map<string, unknown>>();

  constructor(
    private readonly tables: Map<Table, ReadonlyMap<string, unknown>>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async get(table: Table, key: string): Promise<unknown> {
    this.signal?.throwIfAborted();
    return copyOf(this.tables.get(table)?.get(key));
  }

  async all(table: Table, under?: string): Promise<[string, unknown][]> {
    this.signal?.throwIfAborted();
    const entries = [...(this.tables.get(table) ?? [])].filter(([key]) => isUnder(key, under));
    return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, copyOf(value)]);
  }

  async put<T extends Table>(table: T, key: string, value: Tables[T]): Promise<void> {
    this.change(table).set(key, copyOf(value));
  }

  async delete(table: Table, under: string): Promise<void> {
    const values = this.change(table);
    for (const key of values.keys()) if (isUnder(key, under)) values.delete(key);
  }

  private change(table: Table): Map<string, unknown> {
    this.signal?.throwIfAborted();
    let values = this.changed.get(table);
    if (!values) {
      values = new Map(this.tables.get(table));
      this.changed.set(table, values);
      this.tables.set(table, values);
    }
    return values;
  }
}

const isUnder = (key: string, under: string | undefined): boolean => under === undefined || key === under || key.startsWith(`${under}/`);

/** A copy of a tree of JSON. Bytes are shared: they are large, and nobody changes them. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyOf(child as unknown)])) as T;
}

import { wrap, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { StorageError, blocked, slow, storageError } from './problems';
import { TABLES, untilAborted, type Store, type Table, type Tables, type Transaction } from './store';

const VERSION = 1;

export interface IndexedDbOptions {
  /** Name of the database. */
  readonly name?: string;
  /** Milliseconds after which a database that does not open, or a transaction that does not end, is given up. */
  readonly patience?: { readonly open: number; readonly transaction: number };
}

/** Keeps everything in the browser. A connection that the browser ends, or another tab needs ended, is opened again when needed. */
export class IndexedDbStore implements Store {
  private opened: Promise<IDBPDatabase> | undefined;
  private closed = false;
  private readonly name: string;
  private readonly patience: { readonly open: number; readonly transaction: number };

  constructor(
    private readonly factory: IDBFactory,
    { name = 'tinyai-library', patience = { open: 5_000, transaction: 60_000 } }: IndexedDbOptions = {},
  ) {
    this.name = name;
    this.patience = patience;
  }

  read<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.run('readonly', work, signal);
  }

  write<T>(work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.run('readwrite', work, signal);
  }

  close(): void {
    this.closed = true;
    this.opened?.then((database) => database.close()).catch(() => undefined);
    this.opened = undefined;
  }

  private async run<T>(mode: IDBTransactionMode, work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    let transaction: Opened;
    try {
      transaction = await untilAborted(this.begin(mode), signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      throw storageError(thrown);
    }
    return this.finish(transaction, work, signal);
  }

  private async begin(mode: IDBTransactionMode): Promise<Opened> {
    try {
      return (await this.connection()).transaction(TABLES, mode);
    } catch (thrown) {
      if (!(thrown instanceof DOMException && thrown.name === 'InvalidStateError')) throw thrown;
      // The connection was ended, and its event is still on its way.
      this.opened = undefined;
      return (await this.connection()).transaction(TABLES, mode);
    }
  }

  private async finish<T>(transaction: Opened, work: (transaction: Transaction) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    transaction.done.catch(() => undefined);
    let cause: unknown;
    let give: (thrown: unknown) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => (give = reject));
    ended.catch(() => undefined);
    const end = (thrown: unknown): void => {
      cause ??= thrown;
      abort(transaction);
      give(cause);
    };
    const timer = setTimeout(() => end(slow(this.patience.transaction / 1000)), this.patience.transaction);
    const onAbort = (): void => end(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      const value = await Promise.race([work(new IndexedDbTransaction(transaction)), ended]);
      await Promise.race([transaction.done, ended]);
      return value;
    } catch (thrown) {
      end(thrown);
      signal?.throwIfAborted();
      throw storageError(causeOf(transaction, cause));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private connection(): Promise<IDBPDatabase> {
    if (this.closed) return Promise.reject(storageError(new Error('the library is closed')));
    if (!this.opened) {
      const opened = this.open();
      this.opened = opened;
      // The next operation tries again.
      opened.catch(() => this.forget(opened));
    }
    return this.opened;
  }

  private open(): Promise<IDBPDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(this.name, VERSION);
      let isBlocked = false;
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        reject(isBlocked ? blocked() : slow(this.patience.open / 1000));
      }, this.patience.open);
      request.addEventListener('blocked', () => (isBlocked = true));
      request.addEventListener('upgradeneeded', () => {
        const { result } = request;
        for (const table of TABLES) if (!result.objectStoreNames.contains(table)) result.createObjectStore(table);
      });
      request.addEventListener('error', (event) => {
        event.preventDefault();
        clearTimeout(timer);
        reject(request.error);
      });
      request.addEventListener('success', () => {
        clearTimeout(timer);
        const { result } = request;
        if (late || this.closed) {
          result.close();
          reject(storageError(new Error('the library is closed')));
          return;
        }
        const opened = this.opened;
        // Whoever wants to upgrade or delete the database must not wait for this tab.
        result.addEventListener('versionchange', () => {
          result.close();
          this.forget(opened);
        });
        result.addEventListener('close', () => this.forget(opened));
        resolve(wrap(result));
      });
    });
  }

  private forget(opened: Promise<IDBPDatabase> | undefined): void {
    if (this.opened === opened) this.opened = undefined;
  }
}

type Opened = IDBPTransaction<unknown, string[], IDBTransactionMode>;

class IndexedDbTransaction implements Transaction {
  constructor(private readonly transaction: Opened) {}

  get(table: Table, key: string): Promise<unknown> {
    return this.transaction.objectStore(table).get(key);
  }

  async all(table: Table, under?: string): Promise<[string, unknown][]> {
    const store = this.transaction.objectStore(table);
    if (under === undefined) return zip(await Promise.all([store.getAllKeys(), store.getAll()]));
    const [own, range] = [await store.get(under), childrenOf(under)];
    const children = zip(await Promise.all([store.getAllKeys(range), store.getAll(range)]));
    return own === undefined ? children : [[under, own], ...children];
  }

  async put<T extends Table>(table: T, key: string, value: Tables[T]): Promise<void> {
    await this.transaction.objectStore(table).put?.(value, key);
  }

  async delete(table: Table, under: string): Promise<void> {
    const store = this.transaction.objectStore(table);
    await store.delete?.(under);
    await store.delete?.(childrenOf(under));
  }
}

/** `0` is the character after the slash. */
const childrenOf = (key: string): IDBKeyRange => IDBKeyRange.bound(`${key}/`, `${key}0`, false, true);

const zip = ([keys, values]: [IDBValidKey[], unknown[]]): [string, unknown][] => keys.map((key, i) => [String(key), values[i]]);

/** Why a transaction failed: its requests only say that it was aborted. */
function causeOf(transaction: Opened, thrown: unknown): unknown {
  if (thrown instanceof StorageError) return thrown;
  const vague = thrown instanceof DOMException && thrown.name === 'AbortError';
  return (vague && transaction.error) || thrown;
}

function abort(transaction: Opened): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}

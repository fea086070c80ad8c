import { Signal } from 'signal-polyfill';
import { Copies } from './copies';
import { assetsOf, idle, isOpen, newId, type Entry, type Progress, type Row, type SavedRun } from './entry';
import { exported, type ExportOptions } from './export';
import { imported, type ImportOptions } from './import';
import { Keeper } from './keeper';
import type { Library } from './library';
import { Listing } from './listing';
import type { Foretold } from './foretold';
import { Holds } from './holds';
import type { Hold, LockPort } from './locks';
import { checkedName, freeName } from './names';
import type { ChangePort, QuotaPort, Usage } from './ports';
import { inUse, type StorageProblem } from './problems';
import { deleteEntry, readFiles, readRow, type Attachments } from './records';
import { PendingRows } from './pending';
import { Room } from './room';
import type { Store } from './store';
import { Trash } from './trash';

/** What the library needs of the world. */
export interface LibraryPorts {
  readonly locks: LockPort;
  readonly changes: ChangePort;
  readonly quota: QuotaPort;
}

export interface LibraryOptions {
  /** Milliseconds in which a removed entry can be restored. */
  readonly undo?: number;
}

/** The library over any store. */
export class StoredLibrary implements Library {
  readonly notices = new Signal.State<readonly StorageProblem[]>([]);
  private readonly copies = new Copies();
  private readonly holds: Holds;
  private readonly listing: Listing;
  private readonly keeper: Keeper;
  private readonly trash: Trash;

  constructor(
    private readonly store: Store,
    private readonly ports: LibraryPorts,
    { undo = 20_000 }: LibraryOptions = {},
  ) {
    const notify = (notice: StorageProblem): void => this.notices.set([...this.notices.get(), notice]);
    const pending = new PendingRows();
    this.listing = new Listing(store, this.copies, pending);
    this.holds = new Holds(ports.locks, (id) => {
      this.copies.settle(id, false);
      ports.changes.tell([id]);
    });
    this.keeper = new Keeper(store, new Room(store, ports.quota, pending, notify), this.copies, this.holds);
    this.trash = new Trash(store, this.copies, pending, undo, (ids) => void this.freed(ids));
    ports.changes.listen(() => void this.listing.refresh());
  }

  get rows(): Signal.State<readonly Row[]> {
    return this.listing.rows;
  }

  get problem(): Signal.State<StorageProblem | null> {
    return this.listing.problem;
  }

  /** Reads the list, and deletes what was removed before. */
  async start(): Promise<void> {
    await this.trash.empty().catch(() => undefined);
    await this.listing.refresh();
  }

  dismiss(notice: StorageProblem): void {
    this.notices.set(this.notices.get().filter((other) => other !== notice));
  }

  list(signal?: AbortSignal): Promise<Row[]> {
    return this.listing.list(signal);
  }

  find(text: string, signal?: AbortSignal): Promise<Row[]> {
    return this.listing.find(text, signal);
  }

  async get(id: string, signal?: AbortSignal): Promise<Entry> {
    return (await this.keeper.load(id, 'entry', signal)).entry;
  }

  resume(id: string, signal?: AbortSignal): Promise<{ entry: Entry; states: SavedRun[] }> {
    return this.keeper.load(id, 'all', signal);
  }

  async files(id: string, signal?: AbortSignal): Promise<Map<string, Uint8Array>> {
    const copy = this.copies.get(id);
    if (copy && (copy.files.size > 0 || assetsOf(copy.entry.spec).length === 0)) return new Map(copy.files);
    return this.store.read(async (transaction) => readFiles(transaction, (await readRow(transaction, id))?.assets ?? []), signal);
  }

  put(entry: Entry, attachments: Attachments = {}, signal?: AbortSignal): Promise<StorageProblem | null> {
    return this.noting(entry.id, this.keeper.put(entry, attachments, signal));
  }

  save(id: string, progress: Progress, signal?: AbortSignal): Promise<StorageProblem | null> {
    return this.noting(id, this.keeper.save(id, progress, signal));
  }

  retry(signal?: AbortSignal): Promise<StorageProblem | null> {
    return this.noting(null, this.keeper.retry(signal));
  }

  async rename(id: string, name: string, signal?: AbortSignal): Promise<void> {
    const checked = checkedName(name);
    await this.telling(id, this.keeper.edit(id, { name: checked }, signal));
  }

  async annotate(id: string, note: string, signal?: AbortSignal): Promise<void> {
    await this.telling(id, this.keeper.edit(id, { note }, signal));
  }

  async foretell(id: string, foretold: Foretold, signal?: AbortSignal): Promise<void> {
    await this.telling(id, this.keeper.edit(id, { foretold }, signal));
  }

  async duplicate(id: string, signal?: AbortSignal): Promise<Row> {
    const { entry: whole, states } = await this.resume(id, signal);
    // It was foretold once.
    const { foretold: _, ...entry } = whole;
    const files = this.copies.get(id)?.files;
    const name = freeName(entry.name, (await this.list(signal)).map((row) => row.name));
    const now = Date.now();
    const copy: Entry = { ...entry, id: newId(), name, status: idle(entry.status), created: now, changed: now };
    return this.telling(copy.id, this.keeper.add(copy, files ? { states, files } : { states }, signal));
  }

  async remove(id: string, signal?: AbortSignal): Promise<number> {
    if ((await this.holds.all()).has(id)) throw inUse(this.listing.nameOf(id));
    return this.telling(id, this.trash.remove(id, signal));
  }

  async restore(id: string, signal?: AbortSignal): Promise<void> {
    await this.telling(id, this.trash.restore(id, signal));
  }

  export(ids: readonly string[], options: ExportOptions = {}): Promise<Blob> {
    return exported(this, ids, options);
  }

  import(file: Blob, options: ImportOptions = {}): Promise<Row[]> {
    const { signal } = options;
    const target = {
      store: this.store,
      list: () => this.list(signal),
      add: (entry: Entry, attachments: Attachments) => this.keeper.add(entry, attachments, signal),
      drop: (row: Row) => this.store.write((transaction) => deleteEntry(transaction, row)),
    };
    return this.telling(null, imported(file, target, options));
  }

  async hold(id: string, signal?: AbortSignal): Promise<Hold | null> {
    const hold = await this.holds.take(id);
    // From now on the entry can go on without its storage; one that is new is put first.
    if (hold && !this.copies.unsaved(id)) await this.keeper.adopt(id, signal).catch(() => undefined);
    return hold;
  }

  async interrupted(signal?: AbortSignal): Promise<Row[]> {
    const rows = await this.list(signal);
    const held = await this.holds.all();
    return rows.filter((row) => isOpen(row.status) && !held.has(row.id));
  }

  usage(): Promise<Usage | null> {
    return this.ports.quota.usage();
  }

  keep(): Promise<boolean> {
    return this.ports.quota.keep();
  }

  dispose(): void {
    this.trash.dispose();
    this.holds.dispose();
    this.ports.changes.close();
    this.store.close();
  }

  /** Ends when the list shows what an operation did, and tells other tabs. */
  private async telling<T>(id: string | null, operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } finally {
      await this.listing.refresh();
      this.ports.changes.tell(id === null ? [] : [id]);
    }
  }

  private async noting(id: string | null, operation: Promise<StorageProblem | null>): Promise<StorageProblem | null> {
    const problem = await this.telling(id, operation);
    if (problem) this.listing.failed(problem);
    return problem;
  }

  /** What found no room before may find it now. */
  private async freed(ids: string[]): Promise<void> {
    if (this.copies.allUnsaved().length > 0) await this.retry().catch(() => undefined);
    await this.listing.refresh();
    this.ports.changes.tell(ids);
  }
}

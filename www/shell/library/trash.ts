/** Removed entries, until they can no longer be restored. */
import type { Copies } from './copies';
import type { Row } from './entry';
import type { PendingRows } from './pending';
import { changeRow, deleteEntry, readRows } from './records';
import { isFull } from './room';
import type { Store } from './store';

export class Trash {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(
    private readonly store: Store,
    private readonly copies: Copies,
    private readonly pending: PendingRows,
    /** Milliseconds in which an entry can be restored. */
    private readonly span: number,
    /** Called after entries were deleted for good. */
    private readonly onDeleted: (ids: string[]) => void,
  ) {}

  /** Removes an entry; gives the date until which it can be restored. */
  async remove(id: string, signal?: AbortSignal): Promise<number> {
    const removed = Date.now();
    await this.mark(id, removed, signal);
    this.schedule(removed + this.span);
    return removed + this.span;
  }

  restore(id: string, signal?: AbortSignal): Promise<void> {
    return this.mark(id, null, signal);
  }

  /** Deletes what can no longer be restored, that which closed tabs left included. */
  async empty(): Promise<void> {
    const now = Date.now();
    const known = (stored: Row[]): Row[] => this.copies.merge(this.pending.apply(stored));
    const rows = known(await this.store.read(readRows)).filter((row) => row.removed !== null);
    // A clock that was set back must not keep entries for ever.
    const isDue = (row: Row | undefined): boolean => row?.removed != null && Math.abs(now - row.removed) >= this.span;
    const due = rows.filter(isDue);
    if (due.length > 0) {
      await this.store.write(async (transaction) => {
        const stillDue = this.pending.apply(await readRows(transaction)).filter(isDue);
        for (const row of stillDue) await deleteEntry(transaction, row);
      });
      for (const row of due) {
        this.copies.delete(row.id);
        this.pending.settle(row.id);
      }
      this.onDeleted(due.map((row) => row.id));
    }
    const next = rows.filter((row) => !isDue(row)).map((row) => row.removed! + this.span);
    if (next.length > 0) this.schedule(Math.min(...next));
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }

  private async mark(id: string, removed: number | null, signal: AbortSignal | undefined): Promise<void> {
    const copy = this.copies.get(id);
    const before = copy?.removed ?? null;
    if (copy) copy.removed = removed;
    try {
      await this.store.write((transaction) => changeRow(transaction, id, { removed }), signal);
      this.pending.settle(id);
    } catch (thrown) {
      signal?.throwIfAborted();
      // What is to make room needs none.
      if (isFull(thrown)) return this.pending.set(id, { removed });
      // What lives in this tab only needs no storage to go.
      if (this.copies.unsaved(id)) return;
      if (copy) copy.removed = before;
      throw thrown;
    }
  }

  private schedule(due: number): void {
    if (this.disposed) return;
    clearTimeout(this.timer);
    const empty = (): void => void this.empty().catch(() => undefined);
    this.timer = setTimeout(empty, Math.max(0, due - Date.now()));
  }
}

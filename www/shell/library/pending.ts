/**
 * What rows are to become, where storage had no space left to say so. A browser whose quota is used up still deletes, but takes not even
 * the smallest put; these changes show at once and are written with the next write that fits.
 */
import { withoutStates, type Row } from './entry';
import { readRow } from './records';
import type { Transaction } from './store';

interface Change {
  /** Its states were deleted. */
  readonly stateless?: true;
  /** It was removed, or restored. */
  readonly removed?: number | null;
}

export class PendingRows {
  private readonly changes = new Map<string, Change>();

  set(id: string, change: Change): void {
    this.changes.set(id, { ...this.changes.get(id), ...change });
  }

  /** Forgets whether it was removed: storage knows it, or no longer has it. */
  settle(id: string): void {
    const { removed: _, ...rest } = this.changes.get(id) ?? {};
    if (rest.stateless) this.changes.set(id, rest);
    else this.changes.delete(id);
  }

  apply(rows: readonly Row[]): Row[] {
    return rows.map((row) => changed(row, this.changes.get(row.id)));
  }

  /** Writes all; what it returns is to be called when storage took it. */
  async write(transaction: Transaction): Promise<() => void> {
    const written = [...this.changes];
    for (const [id, change] of written) {
      const row = await readRow(transaction, id);
      if (row) await transaction.put('rows', id, changed(row, change));
    }
    return () => {
      for (const [id, change] of written) if (this.changes.get(id) === change) this.changes.delete(id);
    };
  }
}

function changed(row: Row, change: Change | undefined): Row {
  const kept = change?.stateless ? withoutStates(row) : row;
  return change?.removed === undefined ? kept : { ...kept, removed: change.removed };
}

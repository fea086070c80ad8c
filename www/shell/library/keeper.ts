/** Writing entries so that a storage that fails loses nothing while the tab is open. */
import { Copy, type Copies } from './copies';
import { stateRow, type Entry, type Progress, type Row, type SavedRun } from './entry';
import type { Foretold } from './foretold';
import type { Holds } from './holds';
import { storageError, type StorageProblem } from './problems';
import { changeRow, mergeStates, readEntry, readRow, readStates, writeEntry, writeProgress, type Attachments } from './records';
import type { Need, Room } from './room';
import type { Store, Transaction } from './store';

export class Keeper {
  constructor(
    private readonly store: Store,
    private readonly room: Room,
    private readonly copies: Copies,
    private readonly holds: Holds,
  ) {}

  async put(entry: Entry, attachments: Attachments, signal?: AbortSignal): Promise<StorageProblem | null> {
    try {
      await this.flush(this.copies.set(new Copy(entry, attachments)), signal);
      return null;
    } catch (thrown) {
      signal?.throwIfAborted();
      return storageError(thrown).problem;
    }
  }

  async save(id: string, progress: Progress, signal?: AbortSignal): Promise<StorageProblem | null> {
    try {
      const copy = this.copies.get(id) ?? (await this.adopt(id, signal));
      copy.advance(progress, Date.now());
      await this.flush(copy, signal);
      return null;
    } catch (thrown) {
      signal?.throwIfAborted();
      return storageError(thrown).problem;
    }
  }

  /** Writes all that storage did not take; the first failure, if there is one. */
  async retry(signal?: AbortSignal): Promise<StorageProblem | null> {
    let problem: StorageProblem | null = null;
    for (const copy of this.copies.allUnsaved()) {
      try {
        await this.flush(copy, signal);
      } catch (thrown) {
        signal?.throwIfAborted();
        problem ??= storageError(thrown).problem;
      }
    }
    return problem;
  }

  async edit(id: string, change: { name: string } | { note: string } | { foretold: Foretold }, signal?: AbortSignal): Promise<void> {
    const changed = Date.now();
    const copy = this.copies.get(id);
    copy?.edit({ ...change, changed });
    if (copy && !copy.stored) await this.flush(copy, signal);
    else await this.room.write(null, (transaction) => changeRow(transaction, id, { ...change, changed }), signal);
  }

  /** Writes a new entry; unlike {@link put} it is not kept in this tab where that fails. */
  add(entry: Entry, attachments: Attachments, signal?: AbortSignal): Promise<Row> {
    const need = this.need(entry.id, () => bytesOf(attachments.states, attachments.files));
    return this.room.write(need, (transaction) => writeEntry(transaction, entry, attachments), signal);
  }

  /** An entry and its states, as of one moment: as this tab has them where storage does not. */
  async load(id: string, wanted: 'entry' | 'all', signal?: AbortSignal): Promise<{ entry: Entry; states: SavedRun[] }> {
    const read = async (transaction: Transaction): Promise<{ entry: Entry; states: SavedRun[] }> => ({
      entry: await readEntry(transaction, id),
      states: wanted === 'all' ? await readStates(transaction, id) : [],
    });
    let stored: { entry: Entry; states: SavedRun[] } | undefined;
    try {
      stored = await this.store.read(read, signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      const copy = this.copies.get(id);
      if (!copy || (copy.stored && wanted === 'all')) throw thrown;
    }
    const copy = this.copies.get(id);
    if (stored && (!copy || copy.stored)) return stored;
    const old = copy?.replaces ? [] : (stored?.states ?? []);
    return { entry: structuredClone(copy!.entry), states: mergeStates(old, copy!.states) };
  }

  /** Makes a copy of what storage has, for an entry that will go on here. */
  async adopt(id: string, signal?: AbortSignal): Promise<Copy> {
    const copy = new Copy(await this.store.read((transaction) => readEntry(transaction, id), signal), {}, false);
    copy.stored = true;
    return this.copies.set(copy);
  }

  private async flush(copy: Copy, signal?: AbortSignal): Promise<void> {
    const { id } = copy.entry;
    const need = this.need(id, () => bytesOf(copy.states, copy.files));
    const settle = await this.room.write(
      need,
      async (transaction) => {
        const taken = copy.writing();
        const row = await writeCopy(transaction, copy);
        return () => taken(row);
      },
      signal,
    );
    settle();
    this.copies.settle(id, this.holds.has(id));
  }

  private need(id: string, bytes: () => number): Need {
    return { bytes, spared: async () => new Set([id, ...(await this.holds.all())]) };
  }
}

async function writeCopy(transaction: Transaction, { entry, whole, states, attachments, removed }: Copy): Promise<Row> {
  const { id, status, result, changed } = entry;
  if (!whole && (await readRow(transaction, id))) return (await writeProgress(transaction, id, { status, result, states }, changed))!;
  // Whoever cleared the browser's storage while the entry ran took its record, too.
  const row = await writeEntry(transaction, entry, whole ? attachments : { ...attachments, states });
  return removed === null ? row : changeRow(transaction, id, { removed });
}

function bytesOf(states: readonly SavedRun[] = [], files: ReadonlyMap<string, Uint8Array> = new Map()): number {
  let bytes = 0;
  for (const state of states) bytes += stateRow(state).bytes;
  for (const file of files.values()) bytes += file.byteLength;
  return bytes;
}

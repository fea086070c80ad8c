/** Writing where space may run out. */
import { isOpen, type Row } from './entry';
import type { PendingRows } from './pending';
import { bytesText, StorageError, storageProblem, type StorageProblem } from './problems';
import type { QuotaPort } from './ports';
import { deleteEntry, readRows } from './records';
import { untilAborted, type Store, type Transaction } from './store';

/** Milliseconds for the browser to say how much is used. */
const PATIENCE = 2_000;

/** What may be given up for a write. */
export interface Need {
  /** About how many bytes are written. */
  bytes(): number;
  /** Entries of which nothing goes: those that run. */
  spared(): Promise<ReadonlySet<string>>;
}

/** A store that makes room when it is full: removed entries go for good, then the oldest states of finished ones. Never results. */
export class Room {
  constructor(
    private readonly store: Store,
    private readonly quota: QuotaPort,
    private readonly pending: PendingRows,
    private readonly notify: (notice: StorageProblem) => void,
  ) {}

  /** Without a need, nothing is given up. */
  async write<T>(need: Need | null, work: (transaction: Transaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await this.writeAll(work, signal);
      } catch (thrown) {
        if (!isFull(thrown)) throw thrown;
        if (!need || !(await this.free(need, signal))) throw await this.full(signal);
      }
    }
  }

  private async writeAll<T>(work: (transaction: Transaction) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { value, settle } = await this.store.write(async (transaction) => {
      const settle = await this.pending.write(transaction);
      return { value: await work(transaction), settle };
    }, signal);
    settle();
    return value;
  }

  /** Frees as much as is needed, or what there is; false where there is nothing. The transaction only deletes: puts would be refused. */
  private async free(need: Need, signal: AbortSignal | undefined): Promise<boolean> {
    const [bytes, spared] = [need.bytes(), await need.spared()];
    const given = await this.store.write(async (transaction) => {
      const chosen: Row[] = [];
      let freed = 0;
      for (const row of candidates(this.pending.apply(await readRows(transaction)), spared)) {
        if (freed >= bytes && chosen.length > 0) break;
        if (row.removed === null) await transaction.delete('states', row.id);
        else await deleteEntry(transaction, row);
        freed += row.removed === null ? row.sizes.states : row.bytes;
        chosen.push(row);
      }
      return chosen;
    }, signal);
    for (const row of given) {
      if (row.removed === null) this.pending.set(row.id, { stateless: true });
      this.notify(row.removed === null ? statesDropped(row) : removalFinal(row));
    }
    return given.length > 0;
  }

  private async full(signal: AbortSignal | undefined): Promise<StorageError> {
    const usage = await untilAborted(this.quota.usage(), AbortSignal.timeout(PATIENCE)).catch(() => null);
    signal?.throwIfAborted();
    const largest = await this.largest(signal);
    // How much the browser grants is not said: what Chromium tells of it is far more than it takes.
    const used = usage && bytesText(usage.used);
    const en = `The space that the browser grants this site is used up${used ? ` (${used})` : ''}.`;
    const zh = `浏览器给本站的存储空间已用完${used ? `（${used}）` : ''}。`;
    const names = largest.map((row) => `“${row.name}” (${bytesText(row.bytes)})`).join(', ');
    const what = {
      en: names ? `Delete experiments that you no longer need, or export them first; the largest are ${names}.` : 'Free space on the disk.',
      zh: names ? `请删除不再需要的实验，或先将其导出；最大的是 ${names}。` : '请清理磁盘空间。',
    };
    return new StorageError('full', `${en} ${what.en}`, `${zh}${what.zh}`, used);
  }

  private async largest(signal: AbortSignal | undefined): Promise<Row[]> {
    try {
      const rows = await this.store.read(readRows, signal);
      return rows.filter((row) => row.removed === null).sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    } catch {
      signal?.throwIfAborted();
      return [];
    }
  }
}

/** What can be given up, the first to go first. */
function candidates(rows: Row[], spared: ReadonlySet<string>): Row[] {
  const removed = rows.filter((row) => row.removed !== null && !spared.has(row.id));
  const finished = rows.filter((row) => row.removed === null && !isOpen(row.status) && row.sizes.states > 0 && !spared.has(row.id));
  return [...removed, ...finished.sort((a, b) => a.changed - b.changed)];
}

export const isFull = (thrown: unknown): boolean => thrown instanceof StorageError && thrown.problem.reason === 'full';

const statesDropped = (row: Row): StorageProblem =>
  storageProblem(
    'dropped',
    `To make room, the saved states of “${row.name}” (${bytesText(row.sizes.states)}) were deleted. Its results stay; it can no longer go on from where it stopped.`,
    `为腾出空间，已删除“${row.name}”的保存状态（${bytesText(row.sizes.states)}）。结果仍在，但不能再从停止处继续。`,
    row.name,
  );

const removalFinal = (row: Row): StorageProblem =>
  storageProblem(
    'dropped',
    `To make room, “${row.name}”, which was removed, was deleted for good; it can no longer be restored.`,
    `为腾出空间，已移除的“${row.name}”被彻底删除，无法再恢复。`,
    row.name,
  );

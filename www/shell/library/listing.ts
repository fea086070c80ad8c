/** The list of entries, kept up to date. */
import { Signal } from 'signal-polyfill';
import { isRow } from './check';
import type { Copies } from './copies';
import type { Row } from './entry';
import type { PendingRows } from './pending';
import { storageError, storageProblem, type StorageProblem } from './problems';
import { readRows } from './records';
import { hasWords, wordsOf } from './search';
import type { Store } from './store';

export class Listing {
  readonly rows = new Signal.State<readonly Row[]>([]);
  readonly problem = new Signal.State<StorageProblem | null>(null);
  /** Rows as storage had them last, removed ones among them. */
  private stored: readonly Row[] = [];
  private running: Promise<void> | undefined;
  private again = false;

  constructor(
    private readonly store: Store,
    private readonly copies: Copies,
    private readonly pending: PendingRows,
  ) {}

  async list(signal?: AbortSignal): Promise<Row[]> {
    return this.shown(await this.store.read(readRows, signal));
  }

  async find(text: string, signal?: AbortSignal): Promise<Row[]> {
    const words = wordsOf(text);
    const { rows, specs } = await this.store.read(async (transaction) => {
      return { rows: await readRows(transaction), specs: new Map(await transaction.all('specs')) };
    }, signal);
    const specOf = (id: string): unknown => this.copies.unsaved(id)?.entry.spec ?? specs.get(id);
    return this.shown(rows).filter((row) => hasWords(words, row, specOf(row.id)));
  }

  /** The name of an entry, as far as it is known. */
  nameOf(id: string): string {
    return this.copies.get(id)?.entry.name ?? this.stored.find((row) => row.id === id)?.name ?? id;
  }

  failed(problem: StorageProblem): void {
    this.problem.set(problem);
  }

  /** Reads the list anew; ends when it shows all that was written before the call. */
  refresh(): Promise<void> {
    this.again = true;
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Without those that were removed; last changed first. */
  private shown(stored: readonly Row[]): Row[] {
    const rows = this.copies.merge(this.pending.apply(stored)).filter((row) => row.removed === null);
    return rows.sort((a, b) => b.changed - a.changed);
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        const values = await this.store.read((transaction) => transaction.all('rows'));
        this.stored = values.map(([, value]) => value).filter(isRow);
        const lost = values.length - this.stored.length;
        if (lost > 0) this.failed(unreadable(lost));
        else if (this.copies.allUnsaved().length === 0) this.problem.set(null);
      } catch (thrown) {
        this.failed(storageError(thrown).problem);
      }
      this.rows.set(this.shown(this.stored));
    }
  }
}

const unreadable = (count: number): StorageProblem =>
  storageProblem(
    'bad_file',
    `${count} stored experiments are damaged and cannot be shown.`,
    `有 ${count} 个已存储的实验损坏，无法显示。`,
    String(count),
  );

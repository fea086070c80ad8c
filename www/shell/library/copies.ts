/** What this tab holds of entries besides storage, so that a storage that fails loses nothing while the tab is open. */
import { rowOf, stateRow, type Entry, type Progress, type Row, type SavedRun } from './entry';
import { mergeStates, type Attachments } from './records';

/** An entry as this tab wrote it last. */
export class Copy {
  entry: Entry;
  /** Whether storage has all of it. */
  stored = false;
  /** Whether it is to be written as a whole, not only its progress. */
  whole: boolean;
  /** States that storage has not taken. */
  states: readonly SavedRun[];
  /** Whether these are all its states, so that those in storage go. */
  replaces: boolean;
  files: ReadonlyMap<string, Uint8Array>;
  /** When it was removed. */
  removed: number | null = null;
  private version = 0;

  constructor(entry: Entry, { states, files }: Attachments = {}, whole = true) {
    this.entry = structuredClone(entry);
    this.whole = whole;
    this.states = states ?? [];
    this.replaces = states !== undefined;
    this.files = files ?? new Map();
  }

  advance({ status, result, states = [] }: Progress, changed: number): void {
    this.entry = { ...this.entry, status, changed, result: structuredClone(result) };
    this.states = status === 'finished' ? [] : mergeStates(this.states, states);
    this.touch();
  }

  edit(change: Partial<Pick<Entry, 'name' | 'note' | 'foretold' | 'changed'>>): void {
    this.entry = { ...this.entry, ...change };
    if (!this.stored) this.whole = true;
    this.version++;
  }

  touch(): void {
    this.stored = false;
    this.version++;
  }

  /** To be called when a write begins; what it returns, when storage took it. Changes in between are still to be written. */
  writing(): (row: Row) => void {
    const { version } = this;
    return ({ name, note }) => {
      if (version !== this.version) return;
      // Another tab may have changed them.
      this.entry = { ...this.entry, name, note };
      this.stored = true;
      this.whole = false;
      this.states = [];
      this.replaces = false;
    };
  }

  get attachments(): Attachments {
    return { files: this.files, ...(this.replaces ? { states: this.states } : {}) };
  }

  /** The entry's row, `stored` being what storage has of it. */
  row(stored: Row | undefined): Row {
    const old = this.replaces ? [] : (stored?.states ?? []);
    let files = stored?.sizes.files ?? 0;
    if (!stored) for (const bytes of this.files.values()) files += bytes.byteLength;
    return { ...rowOf(this.entry, mergeStates(old, this.states.map(stateRow)), files), removed: this.removed, unsaved: true };
  }
}

/** The copies of this tab: of entries that it runs, and of those that storage did not take. */
export class Copies {
  private readonly byId = new Map<string, Copy>();

  get(id: string): Copy | undefined {
    return this.byId.get(id);
  }

  /** The copy where storage does not have all of it. */
  unsaved(id: string): Copy | undefined {
    const copy = this.byId.get(id);
    return copy && !copy.stored ? copy : undefined;
  }

  allUnsaved(): Copy[] {
    return [...this.byId.values()].filter((copy) => !copy.stored);
  }

  set(copy: Copy): Copy {
    this.byId.set(copy.entry.id, copy);
    return copy;
  }

  delete(id: string): void {
    this.byId.delete(id);
  }

  /** Lets go of a copy that storage has, unless the entry runs here and may outlive its storage. */
  settle(id: string, isHeld: boolean): void {
    if (!isHeld && this.byId.get(id)?.stored) this.byId.delete(id);
  }

  /** Rows as storage has them, with what this tab knows better; removed ones are among them. */
  merge(stored: readonly Row[]): Row[] {
    const rows = new Map(stored.map((row) => [row.id, row]));
    for (const [id, copy] of this.byId) if (!copy.stored || !rows.has(id)) rows.set(id, copy.row(rows.get(id)));
    return [...rows.values()];
  }
}

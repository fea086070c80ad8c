/** What the page of the library knows: the entries, what is searched and chosen, what was deleted, and what is compared. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../engine/error';
import { isOpen, type Entry, type Library, type OpenedLibrary, type Row, type Usage } from '../../shell/library';
import type { ClockPort } from '../../shell/ports';
import { effect } from '../../shell/store/effect';
import type { Problem } from '../../types/generated/Problem';
import type { Text } from '../../types/generated/Text';
import { FILE_ENDING } from './files';
import { comparedIn, queryOf, sameRun, type ChosenRun } from './choice';

/** The query of the page's address. */
export interface QueryPort {
  read(): string;
  /** A new place in the browser's history. */
  go(query: string): void;
  /** The whole address with another query. */
  href(query: string): string;
  /** Tells when the visitor goes back or forward, until the function that is returned is called. */
  follow(changed: () => void): () => void;
}

/** Something that was deleted and can still be brought back. */
export interface Removed {
  readonly id: string;
  readonly name: string;
}

/** A file that is read or written. */
export interface Moving {
  readonly what: 'reading' | 'writing';
  /** From 0 to 1. */
  readonly share: number;
}

export interface DeskOptions {
  opened: Promise<OpenedLibrary>;
  query: QueryPort;
  clock: ClockPort;
  now?: () => number;
  /** Gives the visitor a file. */
  offer: (content: Blob, name: string) => void;
}

export class Desk {
  private readonly open = new Signal.State<OpenedLibrary | null>(null);
  private readonly searched = new Signal.State('');
  private readonly hits = new Signal.State<ReadonlySet<string> | null>(null);
  private readonly picked = new Signal.State<readonly ChosenRun[]>([]);
  private readonly gone = new Signal.State<readonly Removed[]>([]);
  private readonly said = new Signal.State<readonly Problem[]>([]);
  private readonly told = new Signal.State<readonly string[]>([]);
  private readonly moves = new Signal.State<Moving | null>(null);
  private readonly space = new Signal.State<Usage | null>(null);
  private readonly refused = new Signal.State(false);
  private readonly idle = new Signal.State<ReadonlySet<string>>(new Set());
  private readonly asked: Signal.State<readonly ChosenRun[] | null>;
  private readonly read = new Signal.State<ReadonlyMap<string, Entry | null>>(new Map());
  private readonly life = new AbortController();
  private readonly ends: (() => void)[] = [];
  private searching: AbortController | null = null;
  private moving: AbortController | null = null;

  constructor(private readonly options: DeskOptions) {
    this.asked = new Signal.State<readonly ChosenRun[] | null>(comparedIn(options.query.read()));
  }

  async start(): Promise<void> {
    const { opened, query } = this.options;
    this.ends.push(query.follow(() => this.asked.set(comparedIn(query.read()))));
    const library = await opened;
    if (this.life.signal.aborted) return library.library.dispose();
    this.open.set(library);
    this.ends.push(effect(() => this.follow(library.library)));
    this.ends.push(effect(() => void this.readCompared(library.library, this.asked.get(), library.library.rows.get())));
  }

  // ---- What is shown

  /** Null until it is open. */
  get library(): Library | null {
    return this.open.get()?.library ?? null;
  }

  /** Why entries do not outlive the tab; null where they do. */
  get inTabOnly(): Text | null {
    const opened = this.open.get();
    return opened && !opened.persistent ? (opened.reason ?? { en: '', zh: '' }) : null;
  }

  /** All entries, those that were begun last first. */
  get all(): readonly Row[] {
    return [...(this.library?.rows.get() ?? [])].sort((a, b) => b.created - a.created);
  }

  /** Those of which something was foretold. */
  get foretold(): readonly Row[] {
    return this.all.filter(({ foretold }) => foretold !== undefined);
  }

  /** Those that the search finds. */
  get rows(): readonly Row[] {
    const hits = this.hits.get();
    return hits ? this.all.filter(({ id }) => hits.has(id)) : this.all;
  }

  get search(): string {
    return this.searched.get();
  }

  /** Whether an entry did not end, and no open tab runs it. */
  isInterrupted({ id, status }: Row): boolean {
    return isOpen(status) && this.idle.get().has(id);
  }

  get problems(): readonly Problem[] {
    return this.said.get();
  }

  /** Names of what was imported last. */
  get imported(): readonly string[] {
    return this.told.get();
  }

  get removed(): readonly Removed[] {
    return this.gone.get();
  }

  get transfer(): Moving | null {
    return this.moves.get();
  }

  get usage(): Usage | null {
    return this.space.get();
  }

  /** Whether the browser was asked to keep all for good, and did not promise it. */
  get keepRefused(): boolean {
    return this.refused.get();
  }

  // ---- Choosing

  get chosen(): readonly ChosenRun[] {
    const rows = this.library?.rows.get() ?? [];
    return this.picked.get().filter(({ id }) => rows.some((row) => row.id === id));
  }

  choose(runs: readonly ChosenRun[], chosen: boolean): void {
    const others = this.picked.get().filter((run) => !runs.some((other) => sameRun(run, other)));
    this.picked.set(chosen ? [...others, ...runs] : others);
  }

  clear(): void {
    this.picked.set([]);
  }

  // ---- Comparing

  /** The runs that the address asks for; null: it asks for the list. */
  get compared(): readonly ChosenRun[] | null {
    return this.asked.get();
  }

  /** An entry that is compared; null where the library has none, undefined while it is read. */
  entry(id: string): Entry | null | undefined {
    return this.read.get().get(id);
  }

  compare(runs: readonly ChosenRun[] | null): void {
    this.options.query.go(queryOf(runs));
    this.asked.set(runs);
  }

  href(runs: readonly ChosenRun[] | null): string {
    return this.options.query.href(queryOf(runs));
  }

  // ---- Changing

  setSearch(text: string): void {
    this.searched.set(text);
    void this.find();
  }

  /** Whether it was done; what was wrong is told. */
  rename(id: string, name: string): Promise<boolean> {
    return this.attempt((library) => library.rename(id, name, this.life.signal));
  }

  annotate(id: string, note: string): Promise<boolean> {
    return this.attempt((library) => library.annotate(id, note, this.life.signal));
  }

  duplicate(id: string): Promise<boolean> {
    return this.attempt((library) => library.duplicate(id, this.life.signal));
  }

  remove({ id, name }: Row): Promise<boolean> {
    return this.attempt(async (library) => {
      const until = await library.remove(id, this.life.signal);
      this.gone.set([...this.gone.get(), { id, name }]);
      const left = Math.max(0, until - (this.options.now?.() ?? Date.now()));
      this.ends.push(this.options.clock.after(left, () => this.forget(id)));
    });
  }

  restore(id: string): Promise<boolean> {
    return this.attempt(async (library) => {
      this.forget(id);
      await library.restore(id, this.life.signal);
    });
  }

  /** Tries once more to store what only this tab has. */
  retry(): Promise<boolean> {
    return this.attempt((library) => library.retry(this.life.signal));
  }

  dismiss(): void {
    this.said.set([]);
  }

  say(problem: Problem): void {
    this.said.set([problem]);
  }

  async keep(): Promise<void> {
    const { library } = this;
    if (!library) return;
    this.refused.set(!(await library.keep()));
    this.space.set(await library.usage());
  }

  // ---- Files

  export(ids: readonly string[], name: string): Promise<boolean> {
    return this.move('writing', async (library, options) => this.options.offer(await library.export(ids, options), `${name}${FILE_ENDING}`));
  }

  /** A small file for a teacher: what was foretold, and how it came. */
  exportPredictions(): Promise<boolean> {
    const ids = this.foretold.map(({ id }) => id);
    return this.move('writing', async (library, options) =>
      this.options.offer(await library.export(ids, { ...options, states: false, files: false, results: false }), `tinyai-predictions${FILE_ENDING}`),
    );
  }

  import(file: Blob): Promise<boolean> {
    return this.move('reading', async (library, options) => {
      const rows = await library.import(file, options);
      this.told.set(rows.map((row) => row.name));
    });
  }

  stop(): void {
    this.moving?.abort();
  }

  dispose(): void {
    this.life.abort();
    this.searching?.abort();
    this.moving?.abort();
    for (const end of this.ends.splice(0)) end();
    Signal.subtle.untrack(() => this.library)?.dispose();
  }

  private forget(id: string): void {
    this.gone.set(this.gone.get().filter((removed) => removed.id !== id));
  }

  private async attempt(act: (library: Library) => Promise<unknown>): Promise<boolean> {
    const { library } = this;
    if (!library) return false;
    this.said.set([]);
    try {
      await act(library);
      return true;
    } catch (error) {
      if (!this.life.signal.aborted) this.said.set(problemsOf(error));
      return false;
    }
  }

  private async move(what: Moving['what'], act: (library: Library, options: { signal: AbortSignal; onProgress: (at: { done: number; total: number }) => void }) => Promise<void>): Promise<boolean> {
    if (this.moving) return false;
    const abort = (this.moving = new AbortController());
    this.told.set([]);
    this.moves.set({ what, share: 0 });
    const onProgress = ({ done, total }: { done: number; total: number }): void => this.moves.set({ what, share: total > 0 ? done / total : 0 });
    try {
      return await this.attempt(async (library) => {
        try {
          await act(library, { signal: abort.signal, onProgress });
        } catch (error) {
          if (!abort.signal.aborted) throw error;
        }
      });
    } finally {
      this.moving = null;
      this.moves.set(null);
    }
  }

  /** What depends on the entries is asked for anew when they change. */
  private follow(library: Library): void {
    library.rows.get();
    queueMicrotask(() => {
      if (this.life.signal.aborted) return;
      const ignore = (): void => undefined;
      library.usage().then((usage) => this.space.set(usage), ignore);
      library.interrupted(this.life.signal).then((rows) => this.idle.set(new Set(rows.map(({ id }) => id))), ignore);
      if (this.searched.get() !== '') void this.find();
    });
  }

  private async find(): Promise<void> {
    this.searching?.abort();
    const { library } = this;
    const text = this.searched.get();
    if (!library || text.trim() === '') return this.hits.set(null);
    const { signal } = (this.searching = new AbortController());
    try {
      const rows = await library.find(text, signal);
      if (!signal.aborted) this.hits.set(new Set(rows.map(({ id }) => id)));
    } catch (error) {
      if (!signal.aborted) this.said.set(problemsOf(error));
    }
  }

  private async readCompared(library: Library, asked: readonly ChosenRun[] | null, rows: readonly Row[]): Promise<void> {
    const before = Signal.subtle.untrack(() => this.read.get());
    const ids = [...new Set(asked?.map(({ id }) => id))];
    const found = await Promise.all(
      ids.map(async (id): Promise<[string, Entry | null]> => {
        const known = before.get(id);
        if (known && rows.some((row) => row.id === id && row.changed === known.changed)) return [id, known];
        return [id, await library.get(id, this.life.signal).catch(() => null)];
      }),
    );
    if (!this.life.signal.aborted && asked === this.asked.get()) this.read.set(new Map(found));
  }
}

/** What the library holds of a lab: experiments that were interrupted, the result that was left there, and whether what runs is kept. */
import { Signal } from 'signal-polyfill';
import type { AssetStore } from '../../engine/assets';
import { TinyaiError, problem, problemsOf } from '../../engine/error';
import { SPEC_VERSION } from '../../engine/spec/defaults';
import { equal, get } from '../../engine/spec/patch';
import { whole } from '../../engine/spec/whole';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import type { Text } from '../../types/generated/Text';
import { isOpen, type Entry, type Library, type OpenedLibrary, type Row, type StorageProblem } from '../library';
import type { ClockPort, StoragePort } from '../ports';
import { effect, until } from './effect';
import { RESULT_VERSION, type ExperimentView } from './experiment-view';
import type { LinkChecker } from './link-reader';
import type { LibraryKeeper } from './run-keeper';
import type { Runner } from './runner';
import type { SpecEditor } from './spec-editor';

/** An interrupted experiment. */
export interface Offer {
  row: Row;
  /** Optimizer steps that its runs do themselves: those it would go on from, and those it was to have. */
  done: number;
  total: number;
}

/** Whether the experiment that this tab ran last is kept. */
export type Saving = { kept: true; at: number } | { kept: false; why: Text | null };

export interface ShelfOptions {
  lab: string;
  opened: Promise<OpenedLibrary>;
  keeper: Pick<LibraryKeeper, 'entry' | 'holds' | 'problem' | 'takeUp'>;
  editor: SpecEditor;
  runner: Runner;
  assets: Pick<AssetStore, 'restore'>;
  checker: LinkChecker;
  /** Whether the page was opened for an experiment: that of its address, or of its lesson. */
  brought: () => boolean;
  clock: ClockPort;
  tab: StoragePort;
  /** An entry to be opened. */
  entry: string | null;
  /** Goes to where an experiment of this lab belongs: its lesson, or free play. */
  goTo?: (spec: Spec) => Promise<void>;
}

/** Milliseconds after which the library is asked once more: a tab that was just closed may still hold what it ran. */
const ASK_AGAIN = 3_000;
/** Under which the ids of what is left alone are remembered. */
const LEFT = 'tinyai-left-alone';

export class Shelf {
  private readonly open = new Signal.State<OpenedLibrary | null>(null);
  private readonly offered = new Signal.State<readonly Offer[]>([]);
  private readonly said = new Signal.State<readonly Problem[]>([]);
  private readonly found = new Signal.State<{ row: Pick<Row, 'id' | 'name' | 'created'>; view: ExperimentView } | null>(null);
  /** The entries of what was run here. */
  private readonly entries = new WeakMap<ExperimentView, string>();
  private readonly life = new AbortController();
  private readonly ends: (() => void)[] = [];
  private going = false;
  private pending = false;
  private looks = 0;

  constructor(private readonly options: ShelfOptions) {}

  /** Shows what was left here, and offers what was interrupted; from then on follows the library. */
  async start(): Promise<void> {
    const opened = await this.options.opened;
    if (this.life.signal.aborted) return;
    this.open.set(opened);
    const { rows } = opened.library;
    this.ends.push(effect(() => void (rows.get(), this.options.keeper.holds, this.lookSoon())));
    this.ends.push(effect(() => this.runs()));
    this.ends.push(this.options.clock.after(ASK_AGAIN, () => void this.look()));
    try {
      await until(() => !this.options.editor.opening, this.life.signal);
      await this.arrive(opened.library);
    } catch (error) {
      this.fail(error);
    }
  }

  get library(): Library | null {
    return this.open.get()?.library ?? null;
  }

  /** Interrupted experiments of this lab. */
  get offers(): readonly Offer[] {
    return this.options.runner.busy ? [] : this.offered.get();
  }

  /** Why something of the library could not be opened. */
  get problems(): readonly Problem[] {
    return this.said.get();
  }

  /** The entry whose result is shown; null: what is shown was run just now. */
  get shown(): Pick<Row, 'id' | 'name' | 'created'> | null {
    const found = this.found.get();
    return found && found.view === this.options.runner.view ? found.row : null;
  }

  /** Of what is shown; null: this tab did not run it. */
  get saving(): Saving | null {
    const opened = this.open.get();
    const { keeper, runner } = this.options;
    const id = runner.busy ? keeper.entry : runner.view && this.entries.get(runner.view);
    if (!opened || id == null) return null;
    const row = opened.library.rows.get().find((row) => row.id === id);
    if (!opened.persistent) return { kept: false, why: opened.reason };
    if (!row) return null;
    return row.unsaved ? { kept: false, why: opened.library.problem.get()?.message ?? null } : { kept: true, at: row.changed };
  }

  /** What the library says by itself: why storage fails, and what was given up to make room. */
  get storage(): { problem: StorageProblem | null; notices: readonly StorageProblem[] } {
    const { library } = this;
    return { problem: library?.problem.get() ?? this.options.keeper.problem, notices: library?.notices.get() ?? [] };
  }

  dismiss(): void {
    this.said.set([]);
  }

  /** Goes on with an interrupted experiment. */
  async goOn(id: string): Promise<void> {
    const { keeper, editor, runner, assets } = this.options;
    if (this.going || runner.busy) return;
    this.going = true;
    this.said.set([]);
    try {
      const taken = await keeper.takeUp(id);
      if (!taken) return this.said.set([elsewhere()]);
      try {
        const spec = await this.today(taken.entry);
        await this.options.goTo?.(spec);
        assets.restore(taken.files);
        editor.replace(spec);
        void runner.resume(spec, taken.saved, taken.keeping);
      } catch (error) {
        taken.keeping.dispose();
        throw error;
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.going = false;
      await this.look();
    }
  }

  /** Leaves an interrupted experiment in the library; this tab does not offer it again. */
  leave(id: string): void {
    this.options.tab.set(LEFT, [...this.left, id].join(' '));
    this.offered.set(this.offered.get().filter(({ row }) => row.id !== id));
  }

  dispose(): void {
    this.life.abort();
    for (const end of this.ends.splice(0)) end();
  }

  private get left(): string[] {
    return (this.options.tab.get(LEFT) ?? '').split(' ').filter(Boolean);
  }

  // ---- Coming back

  private async arrive(library: Library): Promise<void> {
    const { editor, entry: wanted } = this.options;
    const brought = this.options.brought();
    const { spec } = editor;
    if (wanted !== null) {
      const entry = await library.get(wanted, this.life.signal).catch((error: unknown) => {
        if (!brought) throw error;
        return null;
      });
      // Whoever changed the experiment after it was opened finds what it was changed to.
      if (entry && (!brought || equal(await this.today(entry), spec))) return this.openEntry(library, entry, spec);
    }
    const entry = await (brought ? this.ended(library, spec) : this.last(library));
    if (entry) await this.openEntry(library, entry, spec);
  }

  private async openEntry(library: Library, entry: Entry, before: Spec): Promise<void> {
    const { editor, runner, assets } = this.options;
    const files = await library.files(entry.id, this.life.signal);
    const spec = await this.today(entry);
    // The visitor may have begun something else meanwhile.
    if (this.life.signal.aborted || editor.spec !== before || runner.busy || runner.current) return;
    assets.restore(files);
    if (!equal(spec, before)) editor.replace(spec);
    if (isOpen(entry.status)) {
      this.options.tab.set(LEFT, this.left.filter((id) => id !== entry.id).join(' '));
      return this.look();
    }
    if (entry.result?.version !== RESULT_VERSION) return;
    runner.show({ ...entry.result, spec: editor.spec }, new Date(entry.created));
    this.found.set({ row: entry, view: runner.current! });
  }

  /** The experiment with a result that was begun last here. */
  private async last(library: Library): Promise<Entry | null> {
    const rows = (await this.own(library)).filter(({ status, steps }) => status === 'finished' || (status === 'cancelled' && steps > 0));
    return rows[0] ? library.get(rows[0].id, this.life.signal) : null;
  }

  /** The last finished experiment of a spec. */
  private async ended(library: Library, spec: Spec): Promise<Entry | null> {
    const length = JSON.stringify(spec).length;
    for (const row of await this.own(library)) {
      // As long as written: that alone excludes nearly all others.
      if (row.status !== 'finished' || row.sizes.spec !== length) continue;
      const entry = await library.get(row.id, this.life.signal);
      if (equal(entry.spec, spec)) return entry;
    }
    return null;
  }

  private async own(library: Library): Promise<Row[]> {
    const rows = await library.list(this.life.signal);
    return rows.filter(({ lab }) => lab === this.options.lab).sort((a, b) => b.created - a.created);
  }

  /** Today's meaning of a kept spec, whoever wrote it. */
  private async today({ lab, name, spec: kept }: Entry): Promise<Spec> {
    const { checker } = this.options;
    const { signal } = this.life;
    const spec = kept.version === SPEC_VERSION ? whole(kept) : await checker.migrate(lab, kept, signal);
    if (spec) return spec;
    const problems = await checker.check(kept, signal);
    throw new TinyaiError(problems.length > 0 ? problems : [noSpec(name)]);
  }

  private runs(): void {
    const { keeper, runner } = this.options;
    if (runner.busy && runner.current && keeper.holds && keeper.entry !== null) this.entries.set(runner.current, keeper.entry);
  }

  // ---- What was interrupted

  /** Once for all that changes at the same time. */
  private lookSoon(): void {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      void this.look();
    });
  }

  private async look(): Promise<void> {
    const library = Signal.subtle.untrack(() => this.library);
    const number = ++this.looks;
    if (!library || this.life.signal.aborted) return;
    try {
      const rows = await library.interrupted(this.life.signal);
      const { left } = this;
      const own = rows.filter(({ id, lab }) => lab === this.options.lab && !left.includes(id));
      const offers = await Promise.all(own.map(async (row) => offerOf(row, await library.get(row.id, this.life.signal))));
      if (number === this.looks && !this.life.signal.aborted) this.offered.set(offers);
    } catch {
      // The library says why it fails.
    }
  }

  private fail(error: unknown): void {
    if (!this.life.signal.aborted) this.said.set(problemsOf(error));
  }
}

function offerOf(row: Row, { spec, result }: Entry): Offer {
  // A fork does not do again what it has in common with the other run.
  const own = (run: number, steps: unknown): number => {
    const from = get(spec.runs[run], 'fork.step');
    return typeof steps === 'number' ? Math.max(0, steps - (typeof from === 'number' ? from : 0)) : 0;
  };
  const planned = (run: number): number => own(run, get(spec.runs[run]!.patch, 'training.steps') ?? get(spec.base, 'training.steps'));
  const done = spec.runs.map((_, run) => {
    // One that has ended has nothing left to do.
    if (result?.runs[run] && result.runs[run].status !== 'interrupted') return planned(run);
    return own(run, row.states.find((state) => state.run === run)?.step);
  });
  const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);
  return { row, done: sum(done), total: sum(spec.runs.map((_, run) => planned(run))) };
}

const noSpec = (name: string): Problem =>
  problem('wrong_type', `What is kept of ${name} does not have the shape of an experiment, { base, runs }.`, `保存下来的 ${name} 不是 { base, runs } 形式的实验配置。`, name);

const elsewhere = (): Problem =>
  problem('conflict', 'This experiment runs in another tab already. Go on there, or close that tab first.', '这个实验已在另一个标签页中运行。请在那里继续，或先关闭那个标签页。');

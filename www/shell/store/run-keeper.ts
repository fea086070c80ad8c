/** Keeps experiments in the library while they run. */
import { Signal } from 'signal-polyfill';
import type { SavedRun } from '../../engine/wasm';
import type { Environment } from '../../types/generated/Environment';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { RunResult } from '../../types/generated/RunResult';
import type { Spec } from '../../types/generated/Spec';
import { RESULT_VERSION } from './experiment-view';
import { Saver, freeName, newEntry, storageProblem, type Entry, type EntryStatus, type Foretold, type Hold, type Library, type PagePort, type Progress, type SavedRun as KeptRun, type StorageProblem } from '../library';

/** An experiment that is kept while it runs. */
export interface Keeping {
  /** From now on asks, now and then, what each run would go on from. */
  follow(saved: () => Promise<SavedRun[]>, spec: Spec): void;
  /** To be called when something happened. */
  tick(): void;
  /** For moments that matter. */
  saveNow(): Promise<void>;
  /** Keeps how it ended. */
  finish(status: EntryStatus, result: ExperimentResult | null): Promise<void>;
  /** Lets go of it; it can be gone on with. */
  dispose(): void;
}

/** Keeps experiments. */
export interface RunKeeper {
  /** Begins to keep one; null where that cannot be. */
  begin(spec: Spec, saved: SavedRun[]): Promise<Keeping | null>;
}

/** Where nobody comes back to anything. */
export const NOT_KEPT: RunKeeper = { begin: () => Promise.resolve(null) };

export interface KeeperOptions {
  lab: string;
  library: Promise<Library>;
  page: PagePort;
  /** A name for a new experiment. */
  name: (spec: Spec) => string;
  /** The visitor's files that a spec names. */
  files: (spec: Spec) => Map<string, Uint8Array>;
  /** Where experiments run, as far as it is known. */
  environment: () => Environment | null;
  /** What was foretold of an experiment that begins now. */
  foretold?: () => Foretold | null;
}

/** An interrupted experiment in the hands of this tab. */
export interface TakenUp {
  entry: Entry;
  saved: SavedRun[];
  files: Map<string, Uint8Array>;
  keeping: Keeping;
}

export class LibraryKeeper implements RunKeeper {
  private readonly last = new Signal.State<string | null>(null);
  private readonly held = new Signal.State(false);
  private readonly trouble = new Signal.State<StorageProblem | null>(null);

  constructor(private readonly options: KeeperOptions) {}

  /** The entry of the experiment that this tab ran last; null: it ran none. */
  get entry(): string | null {
    return this.last.get();
  }

  /** Whether this tab has it in its hands still. */
  get holds(): boolean {
    return this.held.get();
  }

  /** What makes saving late; null: nothing does. */
  get problem(): StorageProblem | null {
    return this.trouble.get();
  }

  async begin(spec: Spec): Promise<Keeping | null> {
    const { lab, library, name, files, foretold } = this.options;
    const shelf = await library;
    const told = foretold?.() ?? null;
    const named = freeName(name(spec), shelf.rows.get().map((row) => row.name));
    const entry = newEntry({ lab, name: named, spec, status: 'running', ...(told && { foretold: told }) });
    const hold = await shelf.hold(entry.id);
    if (!hold) return null;
    void shelf.put(entry, { files: files(spec) });
    return this.keep(shelf, entry, hold, { hasStates: false, isNew: true });
  }

  /** Takes up an interrupted experiment; null where another tab has it. */
  async takeUp(id: string): Promise<TakenUp | null> {
    const shelf = await this.options.library;
    const hold = await shelf.hold(id);
    if (!hold) return null;
    try {
      const { entry, states } = await shelf.resume(id);
      const files = await shelf.files(id);
      return { entry, saved: savedRuns(entry, states), files, keeping: this.keep(shelf, entry, hold, { hasStates: states.length > 0, isNew: false }) };
    } catch (error) {
      void hold.release();
      throw error;
    }
  }

  private keep(shelf: Library, entry: Entry, hold: Hold, as: Pick<KeptOptions, 'hasStates' | 'isNew'>): Keeping {
    this.last.set(entry.id);
    this.held.set(true);
    this.trouble.set(null);
    const { page, environment } = this.options;
    const release = (): Promise<void> => {
      if (Signal.subtle.untrack(() => this.entry) === entry.id) this.held.set(false);
      return hold.release();
    };
    // Another experiment may have begun since.
    const onProblem = (problem: StorageProblem | null): void => void (Signal.subtle.untrack(() => this.entry) === entry.id && this.trouble.set(problem));
    const onForgotten = (): void => void (Signal.subtle.untrack(() => this.entry) === entry.id && this.last.set(null));
    const kept = new Kept(shelf, entry, { lost: hold.lost, release }, { page, environment, onProblem, onForgotten, ...as });
    const lost = (): void => {
      onProblem(takenOver());
      kept.dispose();
    };
    hold.lost.addEventListener('abort', lost, { once: true });
    if (hold.lost.aborted) lost();
    return kept;
  }
}

interface KeptOptions {
  page: PagePort;
  environment: () => Environment | null;
  /** Whether there are states to go on from. */
  hasStates: boolean;
  /** Whether nobody can have named it, or written a note on it. */
  isNew: boolean;
  onProblem: (problem: StorageProblem | null) => void;
  /** Called when it is not kept after all. */
  onForgotten: () => void;
}

const takenOver = (): StorageProblem =>
  storageProblem(
    'in_use',
    'Another tab went on with this experiment while this one was asleep, and keeps it now: what this tab measures from here on is not saved. Download its result if you want it.',
    '本标签页休眠期间，另一个标签页接手了这个实验并负责保存；本标签页此后测得的结果不再保存。如需保留，请下载结果。',
  );

const UNKNOWN: Environment = { engine: '', variant: '', simd: '', threads: 0, isolated: false, cores: 0, user_agent: '' };

/** Runs as they were kept: those that ended, also those that somebody cancelled, by their results; the others by their last states. */
export function savedRuns(entry: Entry, states: readonly KeptRun[]): SavedRun[] {
  const ended = (entry.result?.runs ?? []).flatMap((result, run) => (result.status === 'interrupted' ? [] : [{ run, result, state: null }]));
  const open = states
    .filter(({ run }) => !ended.some((other) => other.run === run))
    .map(({ run, step, result, ranks, stages }) => ({
      run,
      result,
      state: { step, ranks: [...ranks], stages: stages ? stages.map(([first, end]): [number, number] => [first, end]) : null },
    }));
  return [...ended, ...open];
}

class Kept implements Keeping {
  private saver: Saver | null = null;
  /** What was measured until it was last saved. */
  private result: ExperimentResult | null;
  private hasStates: boolean;
  private over = false;

  constructor(
    private readonly library: Library,
    private readonly entry: Entry,
    private readonly hold: Hold,
    private readonly options: KeptOptions,
  ) {
    this.result = entry.result;
    this.hasStates = options.hasStates;
  }

  follow(saved: () => Promise<SavedRun[]>, spec: Spec): void {
    if (this.over) return;
    let last = '';
    const ask = async (): Promise<Progress | null> => {
      const runs = await saved();
      const now = JSON.stringify(runs.map(({ run, state, result }) => [run, state?.step, result.status]));
      if (runs.length === 0 || now === last) return null;
      last = now;
      const states = runs.flatMap(keptRun);
      this.hasStates ||= states.length > 0;
      this.result = this.resultOf(runs, spec);
      return { status: 'running', result: this.result, states };
    };
    this.saver = new Saver({
      save: async (progress) => (this.over ? null : this.library.save(this.entry.id, progress)),
      ask,
      page: this.options.page,
      onProblem: this.options.onProblem,
    });
  }

  tick(): void {
    this.saver?.tick();
  }

  async saveNow(): Promise<void> {
    await this.saver?.saveNow();
  }

  async finish(status: EntryStatus, result: ExperimentResult | null): Promise<void> {
    if (this.over) return;
    // What came to no result, for it was not to be run or the engine failed, can go on from where it was saved last.
    const ended = result === null && this.hasStates ? 'paused' : status;
    const progress: Progress = { status: ended, result: result ?? this.result, states: [] };
    if (this.saver) await this.saver.finish(progress);
    else await this.library.save(this.entry.id, progress);
    const released = this.hold.release();
    if (this.options.isNew && ['failed', 'cancelled'].includes(ended) && !hasPoints(progress.result)) await this.forget(released);
  }

  /** Nothing is lost: its settings are still those of the form, and it measured nothing. */
  private async forget(released: Promise<void>): Promise<void> {
    try {
      await released;
      await this.library.remove(this.entry.id);
      this.options.onForgotten();
    } catch {
      // Storage that fails says so itself; then it stays in the list.
    }
  }

  dispose(): void {
    this.over = true;
    this.saver?.dispose();
    void this.hold.release();
  }

  /** As much of a result as runs under way make. */
  private resultOf(runs: SavedRun[], spec: Spec): ExperimentResult {
    return {
      version: RESULT_VERSION,
      spec,
      environment: this.options.environment() ?? this.entry.result?.environment ?? UNKNOWN,
      runs: spec.runs.map(({ name }, i) => runs.find(({ run }) => run === i)?.result ?? notBegun(name)),
      comparison: [],
      advice: [],
    };
  }
}

const hasPoints = (result: ExperimentResult | null): boolean => (result?.runs ?? []).some(({ series }) => Object.values(series).some((points) => points.length > 0));

const notBegun = (name: string): RunResult => ({
  name,
  status: 'interrupted',
  problem: null,
  diff: [],
  series: {},
  metrics: {},
  memory: {},
  samples: [],
  reports: {},
});

function keptRun({ run, result, state }: SavedRun): KeptRun[] {
  if (!state) return [];
  const { step, ranks, stages } = state;
  return [{ run, step, result, ranks, ...(stages && { stages }) }];
}

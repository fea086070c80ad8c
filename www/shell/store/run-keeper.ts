/** Keeps experiments in the library while they run. */
import type { SavedRun } from '../../engine/wasm';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { RunResult } from '../../types/generated/RunResult';
import type { Spec } from '../../types/generated/Spec';
import { Saver, newEntry, type Entry, type EntryStatus, type Hold, type Library, type PagePort, type Progress, type SavedRun as KeptRun } from '../library';

/** An experiment that is kept while it runs. */
export interface Keeping {
  /** From now on asks, now and then, what each run would go on from. */
  follow(saved: () => Promise<SavedRun[]>, spec: Spec): void;
  /** To be called when something happened. */
  tick(): void;
  /** For moments that matter. */
  saveNow(): void;
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

export interface KeeperOptions {
  lab: string;
  library: Promise<Library>;
  page: PagePort;
  /** A name for a new experiment. */
  name: (spec: Spec) => string;
  /** The visitor's files that a spec names. */
  files: (spec: Spec) => Map<string, Uint8Array>;
}

export class LibraryKeeper implements RunKeeper {
  constructor(private readonly options: KeeperOptions) {}

  async begin(spec: Spec): Promise<Keeping | null> {
    const { lab, library, name, files } = this.options;
    const shelf = await library;
    const entry = newEntry({ lab, name: name(spec), spec, status: 'running' });
    const hold = await shelf.hold(entry.id);
    if (!hold) return null;
    void shelf.put(entry, { files: files(spec) });
    return new Kept(shelf, entry, hold, this.options.page);
  }

  /** Takes up an interrupted experiment; null where another tab has it. */
  async takeUp(id: string): Promise<{ entry: Entry; saved: SavedRun[]; files: Map<string, Uint8Array>; keeping: Keeping } | null> {
    const shelf = await this.options.library;
    const hold = await shelf.hold(id);
    if (!hold) return null;
    try {
      const { entry, states } = await shelf.resume(id);
      const files = await shelf.files(id);
      return { entry, saved: savedRuns(entry, states), files, keeping: new Kept(shelf, entry, hold, this.options.page) };
    } catch (error) {
      hold.release();
      throw error;
    }
  }
}

/** Runs as they were kept: those that ended by their results, the others by their last states. */
export function savedRuns(entry: Entry, states: readonly KeptRun[]): SavedRun[] {
  const ended = (entry.result?.runs ?? []).flatMap((result, run) => (result.status === 'finished' || result.status === 'failed' ? [{ run, result, state: null }] : []));
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

  constructor(
    private readonly library: Library,
    private readonly entry: Entry,
    private readonly hold: Hold,
    private readonly page: PagePort,
  ) {}

  follow(saved: () => Promise<SavedRun[]>, spec: Spec): void {
    let last = '';
    const ask = async (): Promise<Progress | null> => {
      const runs = await saved();
      const now = JSON.stringify(runs.map(({ run, state, result }) => [run, state?.step, result.status]));
      if (runs.length === 0 || now === last) return null;
      last = now;
      return { status: 'running', result: this.resultOf(runs, spec), states: runs.flatMap(keptRun) };
    };
    this.saver = new Saver({
      save: (progress) => this.library.save(this.entry.id, progress),
      ask,
      page: this.page,
      // The library tells of it.
      onProblem: () => undefined,
    });
  }

  tick(): void {
    this.saver?.tick();
  }

  saveNow(): void {
    void this.saver?.saveNow();
  }

  async finish(status: EntryStatus, result: ExperimentResult | null): Promise<void> {
    const progress: Progress = { status, result, states: [] };
    if (this.saver) await this.saver.finish(progress);
    else await this.library.save(this.entry.id, progress);
    this.hold.release();
  }

  dispose(): void {
    this.saver?.dispose();
    this.hold.release();
  }

  /** As much of a result as runs under way make. */
  private resultOf(runs: SavedRun[], spec: Spec): ExperimentResult {
    const before = this.entry.result;
    return {
      version: 2,
      spec,
      environment: before?.environment ?? { engine: '', variant: '', simd: '', threads: 0, isolated: false, cores: 0, user_agent: '' },
      runs: spec.runs.map(({ name }, i) => runs.find(({ run }) => run === i)?.result ?? notBegun(name)),
      comparison: [],
      advice: [],
    };
  }
}

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

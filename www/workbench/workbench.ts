/** The state of the lab: the experiment being written, the one that runs, and what it measured. */
import { TinyaiError, problemsOf } from '../engine/error';
import { createLab, type Lab, type LabRun, type Loading } from '../engine/index';
import { messages } from '../i18n/locale';
import type { Environment } from '../types/generated/Environment';
import type { Problem } from '../types/generated/Problem';
import { chosenFiles, droppedFiles, readBytes, type PlacedFile } from '../kit/form/dropped-files';
import type { GivenFiles, TakingContext } from '../kit/form/taking-files';
import { LARGEST_TEXT, MODEL_FILES, fileProblem, modelFiles, sizeText, textProblem } from './files';
import { apply, complete, nothingMeasured, type Measured } from './measured';
import type { NoticeModel } from './notice-model';
import { BASE, SpecEditor } from './spec-editor';

export type Phase = 'idle' | 'loading' | 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** Time between two drawings of a running experiment. */
const DRAW_MILLISECONDS = 120;

/** A {@link SpecEditor} that has an engine and runs what was written. */
export class Workbench extends SpecEditor implements NoticeModel {
  environment: Environment | null = null;
  engineProblems: Problem[] = [];
  phase: Phase = 'idle';
  loading: Loading | null = null;
  current: Measured | null = null;
  previous: Measured | null = null;
  viewingPrevious = false;

  private run: LabRun | null = null;
  private labPromise: Promise<Lab> | null = null;
  private growTimer = 0;

  /** Why the experiment as a whole did not run to its end. */
  runProblems: Problem[] = [];

  /** Reads the address, loads the engine, follows the address from then on. */
  start(): void {
    this.followAddress();
    void this.lab().catch(() => undefined);
  }

  /** The engine; loaded once, and again after it could not be. */
  lab(): Promise<Lab> {
    this.labPromise ??= createLab().then(
      async (lab) => {
        this.environment = await lab.environment();
        this.engineProblems = [];
        this.changed();
        this.checkSoon();
        return lab;
      },
      (error: unknown) => {
        this.labPromise = null;
        this.engineProblems = problemsOf(error);
        this.changed();
        throw error;
      },
    );
    return this.labPromise;
  }

  protected get ready(): boolean {
    return this.environment !== null;
  }

  /** What is shown on the right. */
  get shown(): Measured | null {
    return this.viewingPrevious ? this.previous : this.current;
  }

  get busy(): boolean {
    return this.phase === 'loading' || this.phase === 'running' || this.phase === 'paused';
  }

  /** Whether the spec has changed since the shown result. */
  get stale(): boolean {
    return !this.busy && this.shown !== null && JSON.stringify(this.shown.spec) !== JSON.stringify(this.spec);
  }

  /** Why runs of the current experiment failed. */
  get failures(): Problem[] {
    return this.current?.runs.flatMap((run) => (run.problem ? [{ ...run.problem, run: run.name }] : [])) ?? [];
  }

  get allProblems(): Problem[] {
    return [...this.engineProblems, ...this.problems, ...this.fileProblems, ...this.runProblems, ...this.failures];
  }

  get crashed(): boolean {
    return this.runProblems.some((problem) => problem.code === 'internal' || problem.code === 'out_of_memory');
  }

  /** Without threads the page is slower: it says so, and why. */
  get handicap(): string | null {
    const { environment } = this;
    if (!environment || environment.variant.startsWith('threads')) return null;
    const text = messages().status;
    return environment.isolated ? text.noThreadsWhy : text.notIsolatedWhy;
  }

  /** What went wrong in a run is shown at its field until the experiment is changed. */
  protected override everyProblem(): Problem[] {
    const ofRuns = this.stale ? [] : [...this.runProblems, ...this.failures];
    return [...super.everyProblem(), ...ofRuns];
  }

  // ---- The visitor's files

  /** Takes in files for a field, and puts them into the spec if they can be used: into that of the run that is shown now. */
  async takeFiles(path: string, given: GivenFiles, context: TakingContext): Promise<void> {
    const { selected } = this;
    const run = selected === BASE ? null : this.spec.runs[selected]!.name;
    this.fileProblems = this.fileProblems.filter((problem) => problem.field !== path);
    const files = given.from === 'drop' ? await droppedFiles(given.transfer, context.signal) : chosenFiles(given.files);
    try {
      const name = path === 'model.base' ? await this.takeModel(path, files, run, context) : await this.takeText(path, files, run, context);
      context.signal.throwIfAborted();
      const now = this.spec.runs.findIndex((each) => each.name === run);
      if (name !== null && (run === null || now >= 0)) this.setValueOf(run === null ? BASE : now, path, name);
    } catch (error) {
      if (!(error instanceof TinyaiError)) throw error;
      this.fileProblems.push(...problemsOf(error).map((problem) => ({ ...problem, run, field: path })));
    }
    this.settle();
    this.changed();
  }

  private async takeText(path: string, files: PlacedFile[], run: string | null, context: TakingContext): Promise<string | null> {
    const [only, ...others] = files;
    const refused = (text: Parameters<typeof fileProblem>[3]): null => {
      this.fileProblems.push(fileProblem(path, files.map(({ path }) => path).join(', '), run, text));
      return null;
    };
    if (!only || others.length > 0) return refused((texts) => texts.problems.oneText(files.length));
    const { name, size } = only.file;
    if (size > LARGEST_TEXT) return refused((texts) => texts.problems.tooLarge(name, sizeText(size), sizeText(LARGEST_TEXT)));
    const bytes = await readBytes(only, context);
    const problem = textProblem(name, bytes, run);
    if (problem) {
      this.fileProblems.push(problem);
      return null;
    }
    await this.keep(name, bytes);
    return `file:${name}`;
  }

  private async takeModel(path: string, files: PlacedFile[], run: string | null, context: TakingContext): Promise<string | null> {
    const found = modelFiles(files);
    const weights = found.get('model.safetensors')?.file;
    if (found.size < MODEL_FILES.length || !weights) {
      const names = files.map(({ file }) => file.name).join(', ');
      this.fileProblems.push(fileProblem(path, names, run, (texts) => texts.problems.wrongFiles));
      return null;
    }
    // All are read before any is kept: what is stopped half-way leaves nothing.
    const read: [string, Uint8Array][] = [];
    for (const [kind, placed] of found) read.push([kind === 'model.safetensors' ? weights.name : kind, await readBytes(placed, context)]);
    const folder = this.modelFolder();
    for (const [name, bytes] of read) await this.keep(folder + name, bytes);
    return `file:${folder}${weights.name}`;
  }

  /** Where the files of another model are kept: those of the first have no folder, and would be replaced by others of the same names. */
  private modelFolder(): string {
    if (!this.files.has('config.json')) return '';
    let number = 2;
    while (this.files.has(`model-${number}/config.json`)) number++;
    return `model-${number}/`;
  }

  private async keep(name: string, bytes: Uint8Array): Promise<void> {
    const lab = await this.lab();
    await lab.addFile(name, bytes);
    this.files.set(name, bytes.length);
  }

  // ---- Running

  /** Runs the experiment as it stands. */
  async runNow(): Promise<void> {
    if (this.busy || this.refusals.length > 0) return;
    if (this.current?.ended) this.previous = this.current;
    const measured = (this.current = nothingMeasured(structuredClone(this.spec)));
    this.viewingPrevious = false;
    this.runProblems = [];
    this.phase = 'loading';
    this.changed();
    const started = performance.now();
    try {
      const lab = await this.lab();
      this.run = lab.run(measured.spec, {
        onEvent: (event) => {
          if (this.phase === 'loading') this.phase = 'running';
          this.loading = null;
          apply(measured, event);
          measured.elapsedSeconds = (performance.now() - started) / 1000;
          this.grew();
        },
        onLoading: (loading) => {
          this.loading = loading;
          this.changed();
        },
      });
      complete(measured, await this.run.result);
      this.phase = endOf(measured);
    } catch (error) {
      this.runProblems = problemsOf(error);
      this.phase = 'failed';
      measured.ended = new Date();
      if (!(error instanceof TinyaiError)) console.error(error);
    }
    measured.elapsedSeconds = (performance.now() - started) / 1000;
    this.run = null;
    this.loading = null;
    this.changed();
  }

  pause(): void {
    this.run?.pause();
    if (this.phase === 'running') this.phase = 'paused';
    this.changed();
  }

  resume(): void {
    this.run?.resume();
    if (this.phase === 'paused') this.phase = 'running';
    this.changed();
  }

  step(): void {
    this.run?.step();
    if (this.phase === 'running') this.phase = 'paused';
    this.changed();
  }

  cancel(run?: number): void {
    this.run?.cancel(run);
    this.changed();
  }

  viewPrevious(view: boolean): void {
    this.viewingPrevious = view;
    this.changed();
  }

  /** Tells the components of new measurements, not too often: drawing would take the cores from the training. */
  private grew(): void {
    this.growTimer ||= window.setTimeout(() => {
      this.growTimer = 0;
      this.changed();
    }, DRAW_MILLISECONDS);
  }
}

function endOf(measured: Measured): Phase {
  const all = (status: string): boolean => measured.runs.every((run) => run.status === status);
  if (all('failed')) return 'failed';
  return measured.runs.some((run) => run.status === 'finished') ? 'finished' : 'cancelled';
}


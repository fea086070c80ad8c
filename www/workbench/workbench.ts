/** The state of the lab: the experiment being written, the one that runs, and what it measured. */
import { TinyaiError, problemsOf } from '../engine/error';
import { createLab, type Lab, type LabRun, type Loading } from '../engine/index';
import { messages } from '../i18n/locale';
import type { Environment } from '../types/generated/Environment';
import type { Problem } from '../types/generated/Problem';
import { MODEL_FILES, fileProblem, modelFiles, textProblem } from './files';
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

  /** Takes in files for a field, and puts them into the spec if they can be used. */
  async addFiles(path: string, files: File[]): Promise<void> {
    const run = this.selected === BASE ? null : this.spec.runs[this.selected]!.name;
    this.fileProblems = this.fileProblems.filter((problem) => problem.field !== path);
    if (path === 'model.base') await this.addModel(path, files, run);
    else if (files[0]) await this.addText(path, files[0], run);
    this.changed();
  }

  private async addText(path: string, file: File, run: string | null): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const problem = textProblem(file.name, bytes, run);
    if (problem) this.fileProblems.push(problem);
    else {
      await this.keep(file.name, bytes);
      this.setValue(path, `file:${file.name}`);
    }
  }

  private async addModel(path: string, files: File[], run: string | null): Promise<void> {
    const found = modelFiles(files);
    const weights = found.get('model.safetensors');
    if (found.size < MODEL_FILES.length || !weights) {
      const names = files.map((file) => file.name).join(', ');
      this.fileProblems.push(fileProblem(path, names, run, (texts) => texts.problems.wrongFiles));
      return;
    }
    const folder = this.modelFolder();
    for (const [kind, file] of found) {
      const name = kind === 'model.safetensors' ? weights.name : kind;
      await this.keep(folder + name, new Uint8Array(await file.arrayBuffer()));
    }
    this.setValue(path, `file:${folder}${weights.name}`);
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
    if (this.busy) return;
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


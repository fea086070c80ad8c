/** The state of the lab: the experiment being written, the one that runs, and what it measured. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { TinyaiError, problemsOf } from '../engine/error';
import { createLab, type Lab, type LabRun, type Loading } from '../engine/index';
import { defaultSpec, fromHash, toHash } from '../spec/hash';
import { get, resetInRun, resolve, set, setInBase, setInRun } from '../spec/patch';
import { fits, schema } from '../spec/schema';
import { messages } from '../i18n/locale';
import type { Environment } from '../types/generated/Environment';
import type { Problem } from '../types/generated/Problem';
import type { Spec } from '../types/generated/Spec';
import { MODEL_FILES, fileProblem, modelFiles, textProblem } from './files';
import { apply, complete, nothingMeasured, type Measured } from './measured';

/** A link that could not be used as it was. */
export interface BrokenLink {
  reason: 'cut_off' | 'not_base64' | 'refused';
  /** The hash as it was, to be copied. */
  text: string;
  /** What could be decoded of it. */
  detail: string;
  /** What the engine says of it. */
  problems: Problem[];
}

export type Phase = 'idle' | 'loading' | 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** Index of the tab that shows the base. */
export const BASE = -1;

/** Wait after the last change before the engine checks the spec. */
const CHECK_MILLISECONDS = 150;

/** Time between two drawings of a running experiment. */
const DRAW_MILLISECONDS = 120;

export class Workbench extends EventTarget {
  spec: Spec = structuredClone(defaultSpec);
  /** The run whose configuration the form shows, or {@link BASE}. */
  selected = BASE;
  /** What the engine's check says of the spec. */
  problems: Problem[] = [];
  /** What is wrong with files just added. */
  fileProblems: Problem[] = [];
  /** Why the experiment as a whole did not run to its end. */
  runProblems: Problem[] = [];
  brokenLink: BrokenLink | null = null;
  environment: Environment | null = null;
  engineProblems: Problem[] = [];
  phase: Phase = 'idle';
  loading: Loading | null = null;
  current: Measured | null = null;
  previous: Measured | null = null;
  viewingPrevious = false;
  /** Sizes of the visitor's own files, by name. */
  readonly files = new Map<string, number>();

  private run: LabRun | null = null;
  private labPromise: Promise<Lab> | null = null;
  private checkTimer = 0;
  private frame = 0;
  private growTimer = 0;

  /** Reads the address, loads the engine, follows the address from then on. */
  start(): void {
    this.readHash();
    window.addEventListener('hashchange', () => {
      if (window.location.hash !== toHash(this.spec)) this.readHash();
    });
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

  // ---- The spec

  /** The value of a field in a run, or in the base. */
  value(run: number, path: string): unknown {
    return get(run === BASE ? this.spec.base : resolve(this.spec, run), path);
  }

  setValue(path: string, value: unknown): void {
    this.fileProblems = this.fileProblems.filter((problem) => problem.field !== path);
    this.change(this.selected === BASE ? setInBase(this.spec, path, value) : setInRun(this.spec, this.selected, path, value));
  }

  resetValue(path: string): void {
    this.change(resetInRun(this.spec, this.selected, path));
  }

  select(run: number): void {
    this.selected = run;
    this.changed();
  }

  rename(run: number, name: string): void {
    this.change(set(this.spec, 'runs', this.spec.runs.map((entry, i) => (i === run ? { ...entry, name } : entry))));
  }

  addRun(): void {
    this.insert(this.spec.runs.length, { name: this.freeName(messages().form.newRun(this.spec.runs.length + 1)), patch: {} });
  }

  duplicateRun(run: number): void {
    const { name, patch } = this.spec.runs[run]!;
    this.insert(run + 1, { name: this.freeName(messages().form.copyOf(name)), patch: structuredClone(patch) });
  }

  removeRun(run: number): void {
    if (this.spec.runs.length === 1) return;
    this.selected = this.selected === run ? BASE : this.selected > run ? this.selected - 1 : this.selected;
    this.change({ ...this.spec, runs: this.spec.runs.toSpliced(run, 1) });
  }

  restoreDefault(): void {
    this.selected = BASE;
    this.change(structuredClone(defaultSpec));
  }

  private insert(at: number, entry: Spec['runs'][number]): void {
    this.selected = at;
    this.change({ ...this.spec, runs: this.spec.runs.toSpliced(at, 0, entry) });
  }

  private freeName(wanted: string): string {
    const taken = new Set(this.spec.runs.map((run) => run.name));
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted} ${i}`;
    return name;
  }

  private change(spec: Spec): void {
    this.spec = spec;
    history.replaceState(null, '', `${location.pathname}${location.search}${toHash(spec)}`);
    this.checkSoon();
    this.changed();
  }

  // ---- The address

  private readHash(): void {
    const text = window.location.hash;
    const read = fromHash(text);
    this.brokenLink = null;
    this.selected = BASE;
    if (read === null) {
      this.spec = structuredClone(defaultSpec);
    } else if ('unreadable' in read) {
      this.spec = structuredClone(defaultSpec);
      this.brokenLink = { reason: read.unreadable, text, detail: read.detail, problems: [] };
    } else if (!fits(read.spec, schema) || !this.runsFit(read.spec as Spec)) {
      this.spec = structuredClone(defaultSpec);
      this.brokenLink = { reason: 'refused', text, detail: '', problems: [] };
      void this.explain(this.brokenLink, read.spec);
    } else {
      this.spec = read.spec as Spec;
    }
    this.checkSoon();
    this.changed();
  }

  private runsFit(spec: Spec): boolean {
    return spec.runs.length > 0 && spec.runs.every((_, i) => fits(resolve(spec, i), schema.properties!.base!));
  }

  private async explain(link: BrokenLink, spec: unknown): Promise<void> {
    const lab = await this.lab();
    link.problems = await lab.check(spec).catch(problemsOf);
    this.changed();
  }

  // ---- Checking

  private checkSoon(): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = window.setTimeout(() => void this.check(), CHECK_MILLISECONDS);
  }

  private async check(): Promise<void> {
    if (!this.environment) return;
    const spec = this.spec;
    const problems = await this.lab().then((lab) => lab.check(spec)).catch(problemsOf);
    if (spec !== this.spec) return;
    this.problems = problems;
    this.changed();
    // What is missing is told when the experiment is run.
    if (problems.length === 0) void this.lab().then((lab) => lab.preload(spec)).catch(() => undefined);
  }

  /** Problems of a field, as the form shows them for a run or the base. */
  problemsAt(run: number, path: string): Problem[] {
    return [...this.problems, ...this.fileProblems, ...this.runProblems].filter((problem) => {
      if (problem.field?.replace(/^base\./, '') !== path) return false;
      if (problem.run == null) return true;
      const concerned = this.spec.runs.findIndex((entry) => entry.name === problem.run);
      return run === concerned || (run === BASE && get(this.spec.runs[concerned]?.patch, path) === undefined);
    });
  }

  /** The tab in which a problem can be corrected. */
  tabOf(problem: Problem): number {
    const run = this.spec.runs.findIndex((entry) => entry.name === problem.run);
    const path = problem.field?.replace(/^base\./, '');
    return run >= 0 && path && get(this.spec.runs[run]!.patch, path) === undefined ? BASE : run;
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
    const name = weights.name.replace(/\.safetensors$/, '');
    for (const [kind, file] of found) await this.keep(`${name}/${kind}`, new Uint8Array(await file.arrayBuffer()));
    this.setValue(path, `file:${name}`);
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

  /** Puts a problem away. */
  dismissLink(): void {
    this.brokenLink = null;
    this.changed();
  }

  /** Tells the components of new measurements, not too often: drawing would take the cores from the training. */
  private grew(): void {
    this.growTimer ||= window.setTimeout(() => {
      this.growTimer = 0;
      this.changed();
    }, DRAW_MILLISECONDS);
  }

  /** Tells the components, once per frame. */
  private changed(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.dispatchEvent(new Event('change'));
    });
  }
}

function endOf(measured: Measured): Phase {
  const all = (status: string): boolean => measured.runs.every((run) => run.status === status);
  if (all('failed')) return 'failed';
  return measured.runs.some((run) => run.status === 'finished') ? 'finished' : 'cancelled';
}

/** Renders its host again when the workbench changes. */
export class WorkbenchController implements ReactiveController {
  private bench: Workbench | undefined;
  private readonly update = (): void => this.host.requestUpdate();

  constructor(private readonly host: ReactiveControllerHost & { bench: Workbench }) {
    host.addController(this);
  }

  hostUpdate(): void {
    if (this.bench === this.host.bench) return;
    this.hostDisconnected();
    this.bench = this.host.bench;
    this.bench?.addEventListener('change', this.update);
  }

  hostConnected(): void {
    this.bench?.addEventListener('change', this.update);
  }

  hostDisconnected(): void {
    this.bench?.removeEventListener('change', this.update);
  }
}

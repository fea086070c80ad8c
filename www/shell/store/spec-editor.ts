/** The experiment being written: its spec, the address that holds it, and what is wrong with it. */
import { Signal } from 'signal-polyfill';
import mergePatch from 'json-merge-patch';
import { missing, sameRun } from '../../engine/spec/legs';
import { get, ground, parentOf, resetInRun, resolve, setInBase, setInRun } from '../../engine/spec/patch';
import { applies, schema, type Field } from '../../engine/spec/schema';
import type { Fork } from '../../types/generated/Fork';
import type { Problem } from '../../types/generated/Problem';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';
import { toHash } from '../address/link';
import type { ClockPort } from '../ports';
import { LinkReader, type BrokenLink, type LinkOptions } from './link-reader';
import { RunIdentities } from './run-identities';
import { forkName, freeName, isCalled, type RunNames } from './run-names';
import { SpecChecking, type Checker } from './spec-checking';

/** Index of the tab that shows the base. */
export const BASE = -1;

/** Most runs of an experiment. */
export const MOST_RUNS = schema.properties!.runs!.maxItems!;

/** What is wrong with files that were given for a field. */
interface FileProblems {
  scope: string;
  path: string;
  problems: readonly Problem[];
}

/** The field of a run that a problem is about, as the form has it: the base's as a run's, and of an item its list. */
export const fieldOf = ({ field }: Problem): string | null => field?.replace(/^base\./, '').replace(/\.\d+$/, '') ?? null;

export interface EditorOptions extends LinkOptions {
  clock: ClockPort;
  checker: Checker;
  names: RunNames;
}

export class SpecEditor {
  private readonly written: Signal.State<Spec>;
  private readonly tab = new Signal.State<number>(BASE);
  private readonly ofFiles = new Signal.State<readonly FileProblems[]>([]);
  private readonly link: LinkReader;
  /** Of each run; in another experiment, all are other runs. */
  private readonly identities = new RunIdentities();
  private experiment = 0;
  private readonly checking: SpecChecking;

  names: RunNames;

  constructor(private readonly options: EditorOptions) {
    this.names = options.names;
    this.written = new Signal.State(structuredClone(options.initial()));
    this.checking = new SpecChecking(options.checker, options.clock, () => this.spec);
    this.link = new LinkReader(options, (spec) => this.open(spec));
    this.renew(this.written.get());
  }

  /** Reads the address, and follows it from then on. */
  start(): void {
    this.link.start(() => this.hash);
  }

  get spec(): Spec {
    return this.written.get();
  }

  /** The run whose configuration the form shows, or {@link BASE}. */
  get selected(): number {
    return this.tab.get();
  }

  /** Whether a link is being read, so that the spec is not yet what it will be. */
  get opening(): boolean {
    return this.link.opening;
  }

  get brokenLink(): BrokenLink | null {
    return this.link.broken;
  }

  /** What the engine's check, and the taking in of files, say of the spec. */
  get problems(): readonly Problem[] {
    const ofFiles = this.ofFiles.get().flatMap(({ scope, path, problems }) => {
      const run = this.runOf(scope);
      const name = run === null || run === BASE ? null : this.spec.runs[run]!.name;
      return run === null ? [] : problems.map((problem) => ({ ...problem, field: path, run: name }));
    });
    return [...this.checking.problems, ...ofFiles];
  }

  /** The hash that holds the spec. */
  get hash(): string {
    return toHash(this.spec, this.options.initial());
  }

  /** What the form shows, a run or what all share; it stays the same while runs come and go. */
  get scope(): string {
    return this.scopes[this.selected + 1]!;
  }

  /** All that the form could show. */
  get scopes(): string[] {
    return [`shared ${this.experiment}`, ...this.spec.runs.map((_, i) => String(this.identities.key(i)))];
  }

  /** The run, or {@link BASE}, that the form shows in a scope; null where it is gone. */
  runOf(scope: string): number | null {
    const at = this.scopes.indexOf(scope);
    return at < 0 ? null : at - 1;
  }

  /** What is written for a field in a scope; undefined where what it stands beside counts. */
  ownValue(scope: string, path: string): unknown {
    const run = this.runOf(scope);
    if (run === null) return undefined;
    return get(run === BASE ? this.spec.base : this.spec.runs[run]!.patch, path);
  }

  /** What the run that the form shows is a fork of; null where it is none. */
  get forked(): Fork | null {
    return this.spec.runs[this.selected]?.fork ?? null;
  }

  /** The configuration of a run, or the base. */
  config(run: number): RunSpec {
    return run === BASE ? this.spec.base : resolve(this.spec, run);
  }

  value(run: number, path: string): unknown {
    return get(this.config(run), path);
  }

  /** What a run's value stands beside: that of the base, or of the run that it is a fork of. */
  groundValue(run: number, path: string): unknown {
    return get(run === BASE ? this.spec.base : ground(this.spec, run), path);
  }

  /** Whether a field matters; in the base, to any run. */
  applies(field: Field): boolean {
    const holds = (run: number): boolean => applies(field, (path) => this.value(run, path));
    return this.selected === BASE ? holds(BASE) || this.spec.runs.some((_, i) => holds(i)) : holds(this.selected);
  }

  /** The most that a field may be beside the others and on the model; in the base, what all runs leave that have its value. */
  limit(path: string): number | undefined {
    const { runs } = this.spec;
    const concerned = this.selected === BASE ? runs.filter(({ patch }) => get(patch, path) === undefined) : [runs[this.selected]!];
    const limits = concerned.flatMap(({ name }) => this.checking.limit(name, path) ?? []);
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  // ---- Writing

  /** Takes the place of the whole spec, as an experiment of its own. */
  replace(spec: Spec): void {
    this.ofFiles.set([]);
    this.renew(spec);
    this.write(spec, BASE);
  }

  /** Writes the spec as it is now. */
  write(spec: Spec, selected = this.selected): void {
    this.tab.set(selected < spec.runs.length ? selected : BASE);
    this.written.set(spec);
    this.link.letGo();
    this.options.address.write(this.hash);
    this.checkSoon();
  }

  setValue(path: string, value: unknown, run = this.selected): void {
    this.setFileProblems(this.scopes[run + 1]!, path, []);
    this.change(run === BASE ? setInBase(this.spec, path, value) : setInRun(this.spec, run, path, value));
  }

  resetValue(path: string, run = this.selected): void {
    this.setFileProblems(this.scopes[run + 1]!, path, []);
    this.change(resetInRun(this.spec, run, path));
  }

  /** Writes a spec of the same runs; one that was called what its method is called is called what its new method is. */
  private change(spec: Spec): void {
    const method = (of: Spec, run: number): string => resolve(of, run).fine_tuning.method;
    const called = spec.runs.map(({ name }, run) => {
      const [before, after] = [method(this.spec, run), method(spec, run)];
      return before !== after && isCalled(name, this.names.ofMethod(before)) ? this.names.ofMethod(after) : null;
    });
    this.write(spec);
    called.forEach((name, run) => name !== null && this.rename(run, this.freeName(name)));
  }

  /** Applies a merge patch to a run, or to the base. */
  patch(patch: object, run: number): void {
    if (run === BASE) return this.write({ ...this.spec, base: mergePatch.apply(structuredClone(this.spec.base), patch) as RunSpec });
    const merged = mergePatch.apply(structuredClone(this.spec.runs[run]!.patch), patch) as Record<string, unknown>;
    this.write(this.withRun(run, { patch: merged }));
  }

  select(run: number): void {
    this.tab.set(run);
  }

  /** Renames a run; forks of it follow, also where another run has the same name for a while. */
  rename(run: number, name: string): void {
    const runs = this.spec.runs.map((entry, i) => {
      if (i === run) return { ...entry, name };
      return entry.fork && this.identities.isFork(i, run) ? { ...entry, fork: { ...entry.fork, run: name } } : entry;
    });
    this.write({ ...this.spec, runs });
  }

  addRun(): void {
    this.insert(this.spec.runs.length, { name: this.freeName(this.names.newRun(this.spec.runs.length + 1)), patch: {} });
  }

  /** Adds a run by its patch on the base. */
  add(name: string, patch: Record<string, unknown>): void {
    this.insert(this.spec.runs.length, { name: this.freeName(name), patch });
  }

  duplicateRun(run: number): void {
    const entry = this.spec.runs[run]!;
    this.insert(run + 1, { ...structuredClone(entry), name: this.freeName(this.names.copyOf(entry.name)) });
  }

  /** Adds a run that begins where another was after some steps. */
  fork(run: number, step: number): void {
    const { name } = this.spec.runs[run]!;
    this.insert(this.spec.runs.length, { name: this.freeName(forkName(this.names, name, step)), patch: {}, fork: { run: name, step } });
  }

  /** Has a fork begin after another step; a name that says the step follows. */
  setForkStep(run: number, step: number): void {
    const { name, fork } = this.spec.runs[run]!;
    if (!fork) return;
    this.write(this.withRun(run, { fork: { ...fork, step } }));
    if (name === forkName(this.names, fork.run, fork.step)) this.rename(run, this.freeName(forkName(this.names, fork.run, step)));
  }

  /** Forks a run of an experiment that was run; what of it this one no longer has becomes a run of it again. */
  forkOf(experiment: Spec, run: number, step: number): void {
    this.fork(this.bring(experiment, run), step);
  }

  /** Has a run of an experiment that was run beside those that are written, under a name. */
  keep(experiment: Spec, run: number, name: string): void {
    this.bring(experiment, run, name);
  }

  /** Whether there is room for such a fork. */
  canFork(experiment: Spec, run: number): boolean {
    return this.spec.runs.length + missing(this.spec, experiment, run).length < MOST_RUNS;
  }

  /** The run that trains as one of another experiment does, added where there is none. */
  private bring(experiment: Spec, run: number, as?: string): number {
    const there = sameRun(this.spec, experiment, run);
    if (there >= 0) return there;
    const { name, fork } = experiment.runs[run]!;
    const parent = fork ? this.bring(experiment, parentOf(experiment, run)) : -1;
    const from = parent < 0 ? this.spec.base : resolve(this.spec, parent);
    const patch = (mergePatch.generate(from, resolve(experiment, run)) ?? {}) as Record<string, unknown>;
    const begins = fork && parent >= 0 ? { fork: { run: this.spec.runs[parent]!.name, step: fork.step } } : {};
    this.insert(this.spec.runs.length, { name: this.freeName(as ?? name), patch, ...begins });
    return this.spec.runs.length - 1;
  }

  /** The runs that are forks of a run, and forks of these. */
  forksOf(run: number): number[] {
    return this.identities.forksOf(run);
  }

  /** Takes a run out, and its forks, which cannot be without it; nothing where no run would be left. */
  removeRun(run: number): void {
    const gone = new Set([run, ...this.forksOf(run)]);
    if (gone.size === this.spec.runs.length) return;
    const { selected } = this;
    const before = [...gone].filter((i) => i < selected).length;
    this.identities.remove(gone);
    this.write({ ...this.spec, runs: this.spec.runs.filter((_, i) => !gone.has(i)) }, gone.has(selected) ? BASE : selected - before);
  }

  /**
   * Lets `change` what an experiment begins with. One that is as it began then begins anew, if `untouched` says that it may; any other
   * is kept, and the address tells of it.
   */
  beginOtherwise(change: () => void, untouched: boolean): void {
    const before = this.hash;
    change();
    if (this.hash === before || this.opening || this.brokenLink !== null) return;
    if (before === '' && untouched) this.restoreInitial();
    else this.options.address.write(this.hash);
  }

  restoreInitial(): void {
    this.replace(structuredClone(this.options.initial()));
  }

  /** Puts the message about the link away. */
  dismissLink(): void {
    this.link.letGo();
  }

  private insert(at: number, entry: Spec['runs'][number]): void {
    this.identities.insert(at, this.spec.runs.findIndex(({ name }) => name.trim() === entry.fork?.run.trim()));
    const runs = [...this.spec.runs.slice(0, at), entry, ...this.spec.runs.slice(at)];
    this.write({ ...this.spec, runs }, at);
  }

  private withRun(run: number, change: Partial<Spec['runs'][number]>): Spec {
    return { ...this.spec, runs: this.spec.runs.map((entry, i) => (i === run ? { ...entry, ...change } : entry)) };
  }

  private freeName(wanted: string): string {
    return freeName(this.spec, wanted);
  }

  private open(spec: Spec): void {
    this.renew(spec);
    this.tab.set(BASE);
    this.ofFiles.set([]);
    this.written.set(spec);
    this.checkSoon();
  }

  /** Another experiment: nothing that was typed belongs to it. */
  private renew(spec: Spec): void {
    this.experiment++;
    this.identities.renew(spec);
  }

  // ---- What is wrong

  /** Says what is wrong with files for a field in a scope, or that nothing is any more. */
  setFileProblems(scope: string, path: string, problems: readonly Problem[]): void {
    const others = this.ofFiles.get().filter((other) => other.scope !== scope || other.path !== path);
    this.ofFiles.set(problems.length > 0 ? [...others, { scope, path, problems }] : others);
  }

  /** Whether files were refused for a field of what the form shows. */
  refusedFiles(path: string): boolean {
    return this.ofFiles.get().some((other) => other.scope === this.scope && other.path === path);
  }

  /** Checks again, as when the engine came late. */
  checkSoon(): void {
    this.checking.soon();
  }

  /** Fetches nothing beforehand until the spec changes. */
  stopFetching(): void {
    this.checking.stopFetching();
  }

  /** Problems of a field, as the form shows them for a run or the base; `more`: what a run of the experiment said. */
  problemsAt(run: number, path: string, more: readonly Problem[] = []): Problem[] {
    return [...this.problems, ...more].filter((problem) => {
      if (fieldOf(problem) !== path) return false;
      if (problem.run == null) return true;
      const concerned = this.spec.runs.findIndex(({ name }) => name === problem.run);
      return run === concerned || (run === BASE && get(this.spec.runs[concerned]?.patch, path) === undefined);
    });
  }

  /** The tab in which a field can be corrected, for a run of that name. */
  tabOf(path: string, name: string | null): number {
    const run = this.spec.runs.findIndex((entry) => entry.name === name);
    return run >= 0 && get(this.spec.runs[run]!.patch, path) === undefined && this.spec.runs[run]!.fork === undefined ? BASE : run;
  }

  dispose(): void {
    this.link.dispose();
    this.checking.dispose();
  }
}

/** The experiment being written: its spec, the address that holds it, and what is wrong with it. */
import type { Lab } from '../engine/index';
import { problemsOf } from '../engine/error';
import { messages } from '../i18n/locale';
import type { FieldText, OptionKey } from '../i18n/messages';
import { Address, type BrokenLink } from '../spec/address';
import { defaultSpec } from '../spec/hash';
import { equal, get, resetInRun, resolve, set, setInBase, setInRun } from '../spec/patch';
import { GROUPS, fits, runSchema, schema, type Field } from '../spec/schema';
import type { Problem } from '../types/generated/Problem';
import type { RunSpec } from '../types/generated/RunSpec';
import type { Spec } from '../types/generated/Spec';
import type { FormModel } from './form-model';

/** Index of the tab that shows the base. */
export const BASE = -1;

/** Wait after the last change before the engine checks the spec. */
const CHECK_MILLISECONDS = 150;

/** Holds the spec and keeps the address in step with it. */
export abstract class SpecEditor extends EventTarget implements FormModel {
  readonly groups = GROUPS;
  spec: Spec = structuredClone(defaultSpec);
  /** The run whose configuration the form shows, or {@link BASE}. */
  selected = BASE;
  /** What the engine's check says of the spec. */
  problems: Problem[] = [];
  /** What is wrong with files just added. */
  fileProblems: Problem[] = [];
  brokenLink: BrokenLink | null = null;

  /** Sizes of the visitor's own files, by name. */
  readonly files = new Map<string, number>();

  private readonly address = new Address<Spec>(defaultSpec, (spec) => fits(spec, schema) && runsFit(spec as Spec));
  private checkTimer = 0;
  private frame = 0;

  /** The engine. */
  abstract lab(): Promise<Lab>;

  abstract addFiles(path: string, files: File[]): Promise<void>;

  /** Whether the engine is there: checks wait for it. */
  protected abstract get ready(): boolean;

  /** Reads the address, and follows it from then on. */
  protected followAddress(): void {
    this.readAddress();
    this.address.follow(() => this.spec, () => this.readAddress());
  }

  /** The value of a field in a run, or in the base. */
  value(run: number, path: string): unknown {
    return get(run === BASE ? this.spec.base : resolve(this.spec, run), path);
  }

  fieldValue(path: string): unknown {
    return this.value(this.selected, path);
  }

  fieldProblems(path: string): Problem[] {
    return this.problemsAt(this.selected, path);
  }

  /** In the base, a field shows when it matters to any run. */
  applies({ visibleIf }: Field): boolean {
    const holds = (run: number): boolean => Object.entries(visibleIf).every(([path, wanted]) => equal(this.value(run, path), wanted));
    return this.selected === BASE ? holds(BASE) || this.spec.runs.some((_, i) => holds(i)) : holds(this.selected);
  }

  groupName(path: string): string {
    return messages().groups[path as keyof RunSpec] ?? path;
  }

  fieldText(path: string): FieldText | undefined {
    return messages().fields[path as keyof ReturnType<typeof messages>['fields']];
  }

  optionText(path: string, option: string): string {
    return messages().options[`${path}=${option}` as OptionKey] ?? option;
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
    this.change({ ...this.spec, runs: this.spec.runs.filter((_, index) => index !== run) });
  }

  restoreDefault(): void {
    this.selected = BASE;
    this.change(structuredClone(defaultSpec));
  }

  private insert(at: number, entry: Spec['runs'][number]): void {
    this.selected = at;
    this.change({ ...this.spec, runs: [...this.spec.runs.slice(0, at), entry, ...this.spec.runs.slice(at)] });
  }

  private freeName(wanted: string): string {
    const taken = new Set(this.spec.runs.map((run) => run.name));
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted} ${i}`;
    return name;
  }

  private change(spec: Spec): void {
    this.spec = spec;
    this.address.write(spec);
    this.checkSoon();
    this.changed();
  }

  // ---- The address

  private readAddress(): void {
    const { spec, broken, refused } = this.address.read();
    this.spec = spec;
    this.brokenLink = broken;
    this.selected = BASE;
    if (broken && refused !== undefined) void this.explain(broken, refused);
    this.checkSoon();
    this.changed();
  }

  private async explain(link: BrokenLink, spec: unknown): Promise<void> {
    const lab = await this.lab();
    link.problems = await lab.check(spec).catch(problemsOf);
    this.changed();
  }

  // ---- Checking

  protected checkSoon(): void {
    clearTimeout(this.checkTimer);
    this.checkTimer = window.setTimeout(() => void this.check(), CHECK_MILLISECONDS);
  }

  private async check(): Promise<void> {
    if (!this.ready) return;
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
    return this.everyProblem().filter((problem) => {
      if (problem.field?.replace(/^base\./, '') !== path) return false;
      if (problem.run == null) return true;
      const concerned = this.spec.runs.findIndex((entry) => entry.name === problem.run);
      return run === concerned || (run === BASE && get(this.spec.runs[concerned]?.patch, path) === undefined);
    });
  }

  /** Everything that may concern a field. */
  protected everyProblem(): Problem[] {
    return [...this.problems, ...this.fileProblems];
  }

  /** The tab in which a problem can be corrected. */
  private tabOf(problem: Problem): number {
    const run = this.spec.runs.findIndex((entry) => entry.name === problem.run);
    const path = problem.field?.replace(/^base\./, '');
    return run >= 0 && path && get(this.spec.runs[run]!.patch, path) === undefined ? BASE : run;
  }

  turnTo(problem: Problem): void {
    this.select(this.tabOf(problem));
  }

  /** Puts the message about the link away. */
  dismissLink(): void {
    this.brokenLink = null;
    this.changed();
  }

  /** Tells the components, once per frame. */
  protected changed(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.dispatchEvent(new Event('change'));
    });
  }
}

const runsFit = (spec: Spec): boolean => spec.runs.length > 0 && spec.runs.every((_, i) => fits(resolve(spec, i), runSchema));

/** What the parts of the parallel lab show: a session, the address that holds its spec, and what the shown run is a run of. */
import { problemsOf } from '../engine/error';
import { sharesMemory } from '../engine/variants';
import { messages } from '../i18n/locale';
import type { FieldText } from '../i18n/messages';
import { Address, type BrokenLink } from '../spec/address';
import { equal, get, set } from '../spec/patch';
import type { Field } from '../spec/schema';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Planned } from '../types/generated/Planned';
import type { Problem } from '../types/generated/Problem';
import type { FormModel } from '../workbench/form-model';
import type { NoticeModel, Remedy } from '../workbench/notice-model';
import { PARALLEL_GROUPS, defaultParallelSpec, fitsParallel } from './parallel-spec';
import { BUSY, type Ran, type Session } from './session';


/** Time between two drawings of a running experiment: drawing takes the cores from the training. */
const DRAW_MILLISECONDS = 120;

export class ParallelWorkbench extends EventTarget implements FormModel, NoticeModel {
  readonly groups = PARALLEL_GROUPS;
  readonly files = new Map<string, number>();
  brokenLink: BrokenLink | null = null;
  /** Whether one rank trains alone first, for comparison. */
  compare = true;

  private readonly address = new Address<ParallelSpec>(defaultParallelSpec, fitsParallel);
  private keepsMeasured = false;
  /** What went wrong before the session could tell. */
  private startProblems: Problem[] = [];
  private growTimer = 0;
  private frame = 0;

  constructor(readonly session: Session) {
    super();
    session.addEventListener('change', () => this.follow());
  }

  /** Reads the address, and follows it from then on. */
  start(): void {
    this.readAddress();
    this.address.follow(() => this.spec, () => this.readAddress());
  }

  get spec(): ParallelSpec {
    return this.session.spec;
  }

  /** What the measurements are of. */
  get ran(): Ran | null {
    return this.session.ran;
  }

  get busy(): boolean {
    return BUSY.includes(this.session.phase);
  }

  /** Whether the spec is another than that of the shown run. */
  get stale(): boolean {
    return this.ran !== null && JSON.stringify(this.ran.spec) !== JSON.stringify(this.spec);
  }

  /** Whether the timeline shows the run although another plan is written. */
  get viewsRun(): boolean {
    return this.ran !== null && (!this.stale || this.busy || this.keepsMeasured);
  }

  /** The plan of the run that is shown, or of the spec. */
  get planned(): Planned | null {
    return this.viewsRun ? this.ran!.planned : this.session.planned;
  }

  /** The plan of the spec; as the run divided the layers, where it was one of it. */
  get writtenPlan(): Planned | null {
    return this.ran !== null && !this.stale ? this.ran.planned : this.session.planned;
  }

  viewRun(view: boolean): void {
    this.keepsMeasured = view;
    this.changed();
  }

  // ---- The spec

  write(spec: ParallelSpec): void {
    this.keepsMeasured = false;
    this.address.write(spec);
    this.session.write(spec);
    this.changed();
  }

  restoreDefault(): void {
    this.write(structuredClone(defaultParallelSpec));
  }

  fieldValue(path: string): unknown {
    return get(this.spec, path);
  }

  setValue(path: string, value: unknown): void {
    this.write(set(this.spec, path, value));
  }

  fieldProblems(path: string): Problem[] {
    return this.session.problems.filter((problem) => problem.field === path);
  }

  applies({ visibleIf }: Field): boolean {
    return Object.entries(visibleIf).every(([path, wanted]) => equal(this.fieldValue(path), wanted));
  }

  groupName(path: string): string {
    const { groups } = messages().parallel;
    return groups[path as keyof typeof groups] ?? path;
  }

  /** Fine-tuning is that of the other lab. */
  fieldText(path: string): FieldText | undefined {
    const texts: Record<string, FieldText | undefined> = { ...messages().fields, ...messages().parallel.fields };
    // A problem may be of several fields together.
    const { mesh, groups } = messages().parallel;
    const groupNames: Record<string, string | undefined> = { ...groups, mesh: mesh.heading };
    const label = groupNames[path];
    return texts[path] ?? (label === undefined ? undefined : { label, help: '' });
  }

  optionText(path: string, option: string): string {
    const texts: Record<string, string | undefined> = { ...messages().options, ...messages().parallel.options };
    return texts[`${path}=${option}`] ?? option;
  }

  // ---- What is wrong

  get allProblems(): Problem[] {
    // Of a rank that is gone, its own notice tells, with the way on.
    const told = this.session.lost ? this.session.problems.filter(({ code }) => code !== 'rank_lost') : this.session.problems;
    return [...this.startProblems, ...told];
  }

  get crashed(): boolean {
    return this.session.phase === 'failed' && this.allProblems.some(({ code }) => code === 'internal' || code === 'out_of_memory');
  }

  get handicap(): string | null {
    if (sharesMemory()) return null;
    const text = messages().parallel;
    return window.crossOriginIsolated ? text.noSharedMemory : text.notIsolated;
  }

  /** There is one form only. */
  turnTo(): void {}

  dismissLink(): void {
    this.brokenLink = null;
    this.changed();
  }

  /** The nearest mesh that can be, where what is written cannot. */
  get remedy(): Remedy | null {
    const { nearest } = this.session;
    if (!nearest || this.busy) return null;
    return { label: messages().parallel.mesh.adopt(nearest), take: () => this.write({ ...this.spec, mesh: nearest }) };
  }

  // ---- Running

  async runNow(): Promise<void> {
    if (!this.busy) await this.started(this.session.run({ compare: this.compare }));
  }

  async recover(): Promise<void> {
    await this.started(this.session.recover());
  }

  private async started(run: Promise<void>): Promise<void> {
    this.startProblems = [];
    try {
      await run;
    } catch (error) {
      // A session tells by itself why a run failed.
      if (this.session.problems.length === 0) this.startProblems = problemsOf(error);
      this.changed();
    }
  }

  /** A run that goes on is drawn now and then only. */
  private follow(): void {
    if (this.session.phase !== 'running') return this.changed();
    this.growTimer ||= window.setTimeout(() => {
      this.growTimer = 0;
      this.changed();
    }, DRAW_MILLISECONDS);
  }

  private readAddress(): void {
    const { spec, broken } = this.address.read();
    this.brokenLink = broken;
    this.session.write(spec);
    this.changed();
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

/** All that a lab on a page knows: the experiment being written, the one that runs, and the words to say it in. */
import { createContext } from '@lit/context';
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../engine/error';
import { Lab } from '../../engine/lab';
import type { OwnAsset } from '../../engine/assets';
import type { Refusal } from '../../kit/form/events';
import { sameRun } from '../../engine/spec/legs';
import { equal, ranksOf } from '../../engine/spec/patch';
import type { Estimate } from '../../types/generated/Estimate';
import type { Environment } from '../../types/generated/Environment';
import type { NearestMesh } from '../../types/generated/NearestMesh';
import type { Planned } from '../../types/generated/Planned';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import { hashOf } from '../address/link';
import type { LabDefinition } from '../lab-definition';
import type { Both, Lesson } from '../lesson/lesson';
import { LessonStore } from '../lesson/lesson-store';
import { Place, placed } from '../lesson/place';
import type { Workbench } from '../lesson/workbench';
import type { OpenedLibrary, PagePort } from '../library';
import type { AddressPort, ClockPort, Ports } from '../ports';
import type { Language } from '../text/language';
import type { LabText } from '../text/lab-text';
import { Estimating } from './estimating';
import { FileTakings } from './file-takings';
import { Planning } from './planning';
import { LibraryKeeper, NOT_KEPT } from './run-keeper';
import { Runner } from './runner';
import { Shelf } from './shelf';
import type { RunNames } from './run-names';
import { SpecEditor } from './spec-editor';

export interface LabStoreOptions {
  definition: LabDefinition;
  ports: Ports;
  text: { lab: LabText; runs: RunNames; entryName(lab: string, runs: string[]): string };
  language: Language;
  /** What the lab begins with, instead of its first preset. */
  initial?: Spec;
  /** Lessons that it opens with; none: it is free play alone. */
  lessons?: readonly Lesson[];
  workbenches?: readonly Workbench[];
  /** Where visitors come back to: what runs is kept there, and what the library holds of the lab is shown. */
  home?: LabHome;
}

export interface LabHome {
  opened: Promise<OpenedLibrary>;
  page: PagePort;
  /** Address of the site's first page. */
  site: string;
  /** What comes after the lab in the site; null: nothing. */
  after: { title: Both<string>; href: string } | null;
  /** Address of the page that shows the library. */
  library: string;
  /** An entry of the library to be opened. */
  entry: string | null;
  /** What a class's link calls it; empty: none. */
  class: string;
}

/** Labs that had links of version 1. */
const HAD_VERSION_1 = ['fine-tuning', 'parallel'];

export class LabStore {
  readonly definition: LabDefinition;
  readonly lab: Lab;
  readonly editor: SpecEditor;
  readonly files: FileTakings;
  readonly runner: Runner;
  readonly planning: Planning;
  /** Null where there are none. */
  readonly lessons: LessonStore | null = null;
  private readonly estimating: Estimating;
  /** Null where nobody comes back to the lab, and so is the shelf. */
  readonly keeper: LibraryKeeper | null = null;
  readonly shelf: Shelf | null = null;
  private readonly where = new Signal.State<Environment | null>(null);
  private readonly engineSaid = new Signal.State<readonly Problem[]>([]);
  private readonly typed = new Signal.State<ReadonlyMap<object, readonly Refusal[]>>(new Map());
  private readonly closed = new Signal.State(false);
  private readonly held = new Signal.State<string | null>(null);
  private readonly address: AddressPort;
  /** What the lab begins with where no lesson says otherwise. */
  private begin: Spec;
  private readonly pastRuns = new Signal.Computed<ReadonlySet<number>>(() => {
    const shown = this.stale ? this.runner.view!.spec : null;
    return new Set(shown?.runs.flatMap((_, run) => (sameRun(this.editor.spec, shown, run) < 0 ? [run] : [])));
  });
  private readonly life = new AbortController();

  constructor(private readonly options: LabStoreOptions) {
    const { definition, ports, home, text, language } = options;
    this.definition = definition;
    this.lab = new Lab(ports.engine);
    const said = placed(ports.address.read()).lesson;
    // What the library has is looked at with everything there is.
    const lesson = said === undefined && home?.entry ? null : said;
    if (options.lessons?.length) {
      this.lessons = new LessonStore({ lab: definition.id, lessons: options.lessons, ...(options.workbenches && { workbenches: options.workbenches }), language, lesson, storage: ports.storage, class: home?.class ?? '' });
    }
    const place = this.lessons && new Place(ports.address, (lesson) => void this.lessons!.go(lesson));
    this.address = place ?? ports.address;
    this.begin = options.initial ?? definition.presets(language)[0]!.spec;
    this.editor = new SpecEditor({
      lab: definition.id,
      initial: () => this.lessons?.initial ?? this.begin,
      hadVersion1: HAD_VERSION_1.includes(definition.id),
      address: this.address,
      clock: ports.clock,
      checker: this.lab,
      names: text.runs,
    });
    this.files = new FileTakings({ assets: ports.engine.assets, editor: this.editor });
    this.planning = new Planning(this.lab, ports.clock);
    this.estimating = new Estimating(this.lab, ports.clock);
    const environment = (): Environment | null => ports.engine.environment;
    if (!home) {
      this.runner = new Runner({ lab: this.lab, clock: ports.clock, keeper: NOT_KEPT, environment });
      if (place) this.lessons!.start({ place, editor: this.editor, runner: this.runner, library: null, entry: () => null });
      return;
    }
    const keeper = (this.keeper = new LibraryKeeper({
      lab: definition.id,
      library: home.opened.then(({ library }) => library),
      page: home.page,
      environment,
      name: (spec) => this.lessons?.title ?? text.entryName(text.lab.name, spec.runs.map(({ name }) => name)),
      files: (spec) => ports.engine.assets.filesOf(spec),
      foretold: () => this.lessons?.pending ?? null,
    }));
    this.runner = new Runner({ lab: this.lab, clock: ports.clock, keeper, environment });
    this.shelf = new Shelf({
      lab: definition.id,
      opened: home.opened,
      keeper,
      editor: this.editor,
      runner: this.runner,
      assets: ports.engine.assets,
      checker: this.lab,
      // A lesson brings an experiment of its own.
      brought: () => this.address.read() !== '' || this.lessons?.free === false,
      clock: ports.clock,
      tab: ports.tab,
      entry: home.entry,
      goTo: async (spec) => this.lessons?.go(this.lessons.placeOf(spec)),
    });
    const library = home.opened.then(({ library }) => library);
    if (place) this.lessons!.start({ place, editor: this.editor, runner: this.runner, library, entry: () => keeper.entry });
  }

  /** Reads the address, and loads the engine. */
  start(): void {
    this.editor.start();
    void this.shelf?.start();
    this.lab.environment(this.life.signal).then(
      (environment) => {
        this.where.set(environment);
        this.engineSaid.set([]);
      },
      (error: unknown) => {
        if (!this.life.signal.aborted) this.engineSaid.set(problemsOf(error));
      },
    );
  }

  /** The words of another language, for runs that come from now on. Where nothing was written, typed or run, the lab begins as it does in it. */
  speak(runs: RunNames, language: Language): void {
    this.editor.names = runs;
    if (this.options.initial) return;
    const untouched = this.runner.view === null && !this.runner.busy && this.refusals.length === 0;
    this.editor.beginOtherwise(() => (this.begin = this.definition.presets(language)[0]!.spec), untouched);
  }

  /** A link to the experiment as it is written; what a lab begins with depends on the language of whoever opens it, a lesson is the same in all. */
  get link(): string {
    return this.address.href(this.lessons?.free === false ? this.editor.hash : hashOf(this.editor.spec));
  }

  /** The link as it is printed: without the settings, short enough to be typed, where whoever opens it finds these settings all the same. */
  get printedLink(): string {
    return this.lessons?.free === false && this.editor.hash === '' ? this.address.href('') : this.link;
  }

  /** Where the engine runs; null until it is there. */
  get environment(): Environment | null {
    return this.where.get();
  }

  /** Why the engine runs on the page itself instead of in a worker; null: it does not. */
  get workerProblem(): Problem | null {
    return this.environment && this.options.ports.engine.workerProblem;
  }

  get engineProblems(): readonly Problem[] {
    return this.engineSaid.get();
  }

  /** What is typed anywhere and is no value: nothing runs while there is some. */
  get refusals(): readonly Refusal[] {
    return [...this.typed.get().values()].flat();
  }

  /** Takes note of what is typed in a part of the page, by default the form, and is no value. */
  setRefusals(refusals: readonly Refusal[], part: object = this): void {
    const typed = Signal.subtle.untrack(() => this.typed.get());
    if (refusals.length > 0 || typed.has(part)) this.typed.set(new Map(typed).set(part, refusals));
  }

  /** Whether the experiment as written can be run. */
  get runnable(): boolean {
    return this.waiting === null && !this.editor.opening && this.files.reading.length === 0 && this.refusals.length === 0 && this.editor.problems.length === 0 && this.engineProblems.length === 0;
  }

  /** What has to be done before anything can be run, in words; null: nothing has. */
  get waiting(): string | null {
    return this.held.get();
  }

  set waiting(why: string | null) {
    this.held.set(why);
  }

  /** Runs of the shown experiment that would train otherwise as the experiment is written now; none while one runs. */
  get past(): ReadonlySet<number> {
    return this.pastRuns.get();
  }

  /** Whether the spec has changed since the shown experiment. */
  get stale(): boolean {
    const { view } = this.runner;
    return !this.runner.busy && view !== null && !equal(view.spec, this.editor.spec);
  }

  /** What went wrong in the last experiment is told until another is written or shown. */
  get runProblems(): readonly Problem[] {
    if (this.stale || this.runner.viewsPrevious) return [];
    return [...this.runner.problems, ...(this.runner.current?.failures ?? [])];
  }

  /** Whether the experiment cannot be changed here, as where its form is left out. */
  get readOnly(): boolean {
    return this.closed.get();
  }

  set readOnly(readOnly: boolean) {
    this.closed.set(readOnly);
  }

  /** Everything that is wrong, but with values that are being typed anew: their fields say what is wrong now. */
  get problems(): readonly Problem[] {
    const { editor } = this;
    const isTyped = ({ field, run }: Problem): boolean => {
      const path = field?.replace(/^base\./, '');
      return this.refusals.some((refusal) => refusal.path === path && editor.runOf(refusal.scope) === editor.tabOf(path, run ?? null));
    };
    const written = editor.problems.filter((problem) => !isTyped(problem));
    return [...this.engineProblems, ...written, ...this.runProblems];
  }

  /** Whether the engine failed, so that only a new one can go on. */
  get crashed(): boolean {
    return this.runner.problems.some(({ code }) => code === 'internal' || code === 'out_of_memory');
  }

  /** The plan of a run on several ranks, as it is written; null where it has none. */
  plan(run: number): { planned: Planned | null; nearest: NearestMesh | null; problems: readonly Problem[] } | null {
    const { editor } = this;
    if (run < 0 || ranksOf(editor.config(run)) < 2) return null;
    return this.planning.of(editor.spec, run);
  }

  /** What the experiment as it is written will take; null until that is known, while anything runs, and once it has run. */
  get estimate(): Estimate | null {
    const ran = !this.stale && this.runner.view?.runs.every(({ status }) => status === 'finished');
    if (this.runnable && this.environment && !this.runner.busy && !ran) return this.estimating.of(this.editor.spec);
    this.estimating.stop();
    return null;
  }

  async run(): Promise<void> {
    if (!this.runnable) return;
    this.lessons?.keepBeside();
    this.estimating.stop();
    await this.runner.start(this.editor.spec);
  }

  /** Cancels the experiment; what is still on its way for it is no longer fetched. */
  cancel(): void {
    if (this.runner.phase === 'loading') this.editor.stopFetching();
    this.runner.cancel();
  }

  /** Address of the site's first page; null in a page of somebody else's. */
  get homeHref(): string | null {
    return this.options.home?.site ?? null;
  }

  /** What comes after the lab in the site; null: nothing. */
  get after(): LabHome['after'] {
    return this.options.home?.after ?? null;
  }

  /** Address of the page that shows the library; null where nobody comes back to the lab. */
  get libraryHref(): string | null {
    return this.options.home?.library ?? null;
  }

  /** Time, as the lab's elements need it. */
  get clock(): ClockPort {
    return this.options.ports.clock;
  }

  /** What there is in this tab of a text or model of the visitor's. */
  ownAsset(name: string): OwnAsset | undefined {
    return this.options.ports.engine.assets.own().find((asset) => asset.name === name);
  }

  /** Has something of the lab's own ended along with it. */
  onDispose(end: () => void): void {
    this.life.signal.addEventListener('abort', end, { once: true });
  }

  /** Ends everything of this lab; whatever waits is settled. */
  dispose(): void {
    this.life.abort();
    this.lessons?.dispose();
    this.shelf?.dispose();
    this.runner.dispose();
    this.files.dispose();
    this.planning.dispose();
    this.estimating.dispose();
    this.editor.dispose();
    this.lab.close();
  }
}

/** The store of the lab that an element is in. */
export const labContext = createContext<LabStore>(Symbol('tinyai-lab'));

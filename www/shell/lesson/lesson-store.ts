/** The lessons of a lab: which one its page stands at, what was foretold, and what was found. */
import { Signal } from 'signal-polyfill';
import { sameRun } from '../../engine/spec/legs';
import { equal, get, leaves, resolve } from '../../engine/spec/patch';
import { isMap } from '../../engine/spec/schema';
import type { Spec } from '../../types/generated/Spec';
import type { Foretold, Library } from '../library';
import type { StoragePort } from '../ports';
import { effect, until } from '../store/effect';
import type { ExperimentView } from '../store/experiment-view';
import { renamed } from '../store/run-names';
import type { Runner } from '../store/runner';
import { BASE, MOST_RUNS, type SpecEditor } from '../store/spec-editor';
import { LANGUAGES, type Language } from '../text/language';
import { hashOf as experimentHash } from '../address/link';
import type { Lesson, LessonRun, Variation } from './lesson';
import { languageOf, lessonSpec, nameIn, runOf, runsOfVariation } from './lesson-spec';
import { readNote, stageOf, writeNote, type LessonNote, type LessonStage } from './notes';
import type { Place } from './place';
import { hashOf } from './place';
import type { Answer, Sureness } from './prediction/question';
import { scoreOf } from './prediction/score';
import type { Workbench } from './workbench';

export interface LessonsOptions {
  lab: string;
  lessons: readonly Lesson[];
  /** Pages of the lab beside them. */
  workbenches?: readonly Workbench[];
  language: Language;
  /** What the address named when it was opened. */
  lesson: string | null | undefined;
  storage: StoragePort;
  /** What a class's link calls it; empty: none. */
  class?: string;
  now?: () => number;
}

/** What the lessons act on. */
export interface LessonWorld {
  place: Place;
  editor: SpecEditor;
  runner: Runner;
  /** Null where nothing is kept. */
  library: Promise<Library> | null;
  /** The library's entry of what ran last. */
  entry: () => string | null;
}

/** How an older run is called that stays beside the newer one of its name: by what it has that the newer has not. */
export type OlderName = (name: string, differing: readonly { path: string; value: unknown }[]) => string;

export class LessonStore {
  readonly all: readonly Lesson[];
  readonly workbenches: readonly Workbench[];
  private readonly at: Signal.State<string | null>;
  private readonly noted = new Signal.State<ReadonlyMap<string, LessonNote>>(new Map());
  private readonly missing = new Signal.State<string | null>(null);
  /** How each lesson stood when it was left. */
  private readonly left = new Map<string, { view: ExperimentView; spec: Spec }>();
  /** Whether another lesson is shown already, but not yet what was measured in it. */
  private readonly moving = new Signal.State(false);
  private readonly life = new AbortController();
  private world: LessonWorld | null = null;
  /** The lesson that what the runner shows belongs to. */
  private shown: string | null;
  private stop: (() => void) | null = null;
  private language: Language;
  private olderName: OlderName = (name) => name;

  constructor(private readonly options: LessonsOptions) {
    const { lessons, lesson, lab, storage } = options;
    this.all = lessons;
    this.workbenches = options.workbenches ?? [];
    this.language = options.language;
    this.at = new Signal.State<string | null>(null);
    this.noted.set(new Map(lessons.map(({ id }) => [id, readNote(storage, lab, id)])));
    this.choose(lesson);
    this.shown = this.at.get();
  }

  /** Begins to follow what runs. */
  start(world: LessonWorld): void {
    this.world = world;
    world.place.settle(this.at.get());
    this.stop = effect(() => this.took());
  }

  /** The lesson that the page stands at; null: free play, or a workbench. */
  get current(): Lesson | null {
    const id = this.at.get();
    return this.all.find((lesson) => lesson.id === id) ?? null;
  }

  /** The workbench that the page stands at; null: a lesson, or free play. */
  get workbench(): Workbench | null {
    const id = this.at.get();
    return this.workbenches.find((bench) => bench.id === id) ?? null;
  }

  /** Whether the page stands at free play. */
  get free(): boolean {
    return this.at.get() === null;
  }

  /** What the current one is called; null: it is free play. */
  get title(): string | null {
    return (this.current ?? this.workbench)?.title[this.language] ?? null;
  }

  /** A lesson that the address names and that there is not. */
  get unknown(): string | null {
    return this.missing.get();
  }

  /** The lesson after the current; null: it is the last. */
  get next(): Lesson | null {
    const { current } = this;
    return current ? (this.all[this.all.indexOf(current) + 1] ?? null) : null;
  }

  /** The workbenches that come after the last lesson, or after the one that the page stands at. */
  get workbenchesAfter(): readonly Workbench[] {
    const { workbench, next, free } = this;
    return free || next ? [] : this.workbenches.slice(workbench ? this.workbenches.indexOf(workbench) + 1 : 0);
  }

  note(lesson: Lesson): LessonNote {
    return this.noted.get().get(lesson.id)!;
  }

  stage(lesson: Lesson): LessonStage {
    return stageOf(this.note(lesson));
  }

  /** What the lab's editor begins with here; null: what the lab itself begins with. */
  get initial(): Spec | null {
    return this.specIn?.(this.language) ?? null;
  }

  /** What it begins with here in a language; null: it is free play. */
  private get specIn(): ((language: Language) => Spec) | null {
    const { current, workbench } = this;
    return current ? (language) => lessonSpec(current, language) : (workbench?.spec ?? null);
  }

  /** The language whose model and text the written experiment has: another than the page's where it was begun, or linked to, in that. */
  get experimentLanguage(): Language {
    const { specIn, world } = this;
    return specIn && world ? languageOf(world.editor.spec, specIn, this.language) : this.language;
  }

  /** Begins anew with the experiment of the page's language; what was measured in the other is in the library. */
  async beginInOwn(): Promise<void> {
    const { world } = this;
    const at = this.at.get();
    if (!world || at === null) return;
    const { editor, runner } = world;
    if (runner.busy) await runner.interrupt();
    await until(() => !runner.busy, this.life.signal).catch(() => undefined);
    if (this.life.signal.aborted || this.at.get() !== at) return;
    runner.exchange(null);
    editor.restoreInitial();
  }

  /** The address of a lesson, or of a workbench, on this page. */
  hrefOf({ id }: Pick<Lesson, 'id'>): string {
    return hashOf({ lesson: id, experiment: '' });
  }

  /** The address of free play, with the experiment as it is written. */
  get playHref(): string {
    const { world } = this;
    return hashOf({ lesson: null, experiment: world ? experimentHash(world.editor.spec) : '' });
  }

  /** The words of another language, and how older runs are called in it. */
  speak(language: Language, olderName: OlderName): void {
    this.olderName = olderName;
    if (language === this.language) return;
    const change = (): void => void (this.language = language);
    // What ran keeps the settings that it ran with.
    if (this.world && !this.free) this.world.editor.beginOtherwise(change, this.world.runner.view === null);
    else change();
    this.rename();
  }

  /** Calls the lesson's runs by their names in the language that is spoken now. */
  private rename(): void {
    const { current, workbench, world } = this;
    const nameOf = current ? nameIn(current, this.language) : workbench?.nameIn(this.language);
    if (!nameOf || !world) return;
    const { editor, runner } = world;
    const spec = renamed(editor.spec, nameOf);
    if (!equal(spec, editor.spec)) editor.write(spec);
    if (this.shown === this.at.get()) for (const view of [runner.current, runner.previous]) view?.rename(nameOf);
  }

  /** The lesson that has the runs of an experiment, whatever others were added, and whatever they share; null: none. */
  lessonOf({ base, runs }: Spec): Lesson | null {
    const own = this.all.flatMap((lesson) => LANGUAGES.map((language) => ({ lesson, spec: lessonSpec(lesson, language) })));
    const alike = own.filter(({ spec }) => spec.runs.every((run) => runs.some((other) => equal(other, run))));
    return (alike.find(({ spec }) => equal(spec.base, base)) ?? alike[0])?.lesson ?? null;
  }

  /** Where an experiment belongs: a lesson's or a workbench's id; null: free play. */
  placeOf(spec: Spec): string | null {
    return (this.lessonOf(spec) ?? this.workbenches.find((bench) => bench.owns(spec)))?.id ?? null;
  }

  /** Goes where the address leads: what runs is interrupted, and what was measured is found again on coming back. */
  async go(lesson: string | null | undefined): Promise<void> {
    const { world } = this;
    const before = this.at.get();
    this.moving.set(true);
    this.choose(lesson);
    const now = this.at.get();
    world?.place.settle(now);
    if (!world || now === before) return this.moving.set(false);
    const { editor, runner } = world;
    const { current } = runner;
    // A lesson that was gone to while the one before was still ending leaves nothing behind.
    if (before !== null && current && this.shown === before) this.left.set(before, { view: current, spec: editor.spec });
    if (runner.busy) await runner.interrupt();
    await until(() => !runner.busy, this.life.signal).catch(() => undefined);
    if (this.life.signal.aborted || this.at.get() !== now) return;
    // Free play begins with what the lesson came to.
    this.shown = now;
    if (now !== null) {
      const left = this.left.get(now);
      runner.exchange(left?.view ?? null);
      if (left && equal(editor.spec, this.initial)) editor.write(left.spec);
      // It was left, perhaps, in another language.
      this.rename();
    }
    this.moving.set(false);
  }

  private choose(lesson: string | null | undefined): void {
    const known = lesson == null || [...this.all, ...this.workbenches].some(({ id }) => id === lesson);
    this.missing.set(known ? null : lesson!);
    this.at.set(lesson === undefined || !known ? (this.all[0]?.id ?? null) : lesson);
  }

  // ---- Foretelling

  /** Takes down what somebody foretells; once it was seen how it came, it stays as it is. */
  foretell(answer: Answer, sureness: Sureness | null): void {
    const { current } = this;
    if (!current || this.note(current).foretold?.outcome) return;
    const at = this.options.now?.() ?? Date.now();
    const seen = this.note(current).ran;
    this.write(current, { foretold: { lesson: current.id, answer, sureness, at, seen, outcome: null, class: this.options.class ?? '' } });
  }

  /** Foretells anew, as when the lesson is done once more. */
  forget(): void {
    if (this.current) this.write(this.current, { foretold: null });
  }

  /** What goes into the library with an experiment that begins now. */
  get pending(): Foretold | null {
    const foretold = this.current && this.note(this.current).foretold;
    return foretold && !foretold.outcome ? foretold : null;
  }

  /** Takes note of what a run came to. */
  private took(): void {
    const { current, world } = this;
    const view = world?.runner.view;
    if (this.moving.get() || !current || !world || !view?.result || world.runner.busy || !view.runs.some(({ status }) => status === 'finished')) return;
    const note = Signal.subtle.untrack(() => this.note(current));
    const { foretold } = note;
    const score = foretold && !foretold.outcome && this.answers(current, view, foretold) ? scoreOf(current.predict, foretold.answer, view) : null;
    if (note.ran && !score) return;
    const told = foretold && score ? { ...foretold, outcome: { grade: score.grade, truth: score.truth, ...(score.pairs && { pairs: score.pairs }) } } : foretold;
    this.write(current, { ran: true, foretold: told });
    if (told && score) void this.keep(told);
  }

  /** Whether an experiment answers what was asked: it ran after it was foretold, with the settings that the question speaks of. */
  private answers(lesson: Lesson, { spec, runs, ended }: ExperimentView, { at }: Foretold): boolean {
    if (ended === null || ended.getTime() < at) return false;
    return LANGUAGES.some((language) => {
      const own = lessonSpec(lesson, language);
      return own.runs.every((_, run) => {
        const same = sameRun(spec, own, run);
        return same >= 0 && runs[same]!.status === 'finished';
      });
    });
  }

  /** Whether something was changed of what a lesson's runs have in common; each language has a text of its own. */
  get changed(): boolean {
    const { current, world } = this;
    return !!current && !!world && LANGUAGES.every((language) => !equal(world.editor.spec.base, lessonSpec(current, language).base));
  }

  /** Whether what was foretold waits for a run that answers it, although the lesson was run since. */
  get unanswered(): boolean {
    const { current, world } = this;
    const foretold = current && this.note(current).foretold;
    const view = world?.runner.view;
    if (!foretold || foretold.outcome || !view?.ended || world!.runner.busy) return false;
    return view.ended.getTime() >= foretold.at && view.runs.every(({ status }) => status === 'finished');
  }

  private async keep(foretold: Foretold): Promise<void> {
    const { library, entry } = this.world!;
    const id = entry();
    // Storage that fails says so itself.
    if (id !== null) await (await library)?.foretell(id, foretold).catch(() => undefined);
  }

  // ---- Runs beside each other

  /** Adds what of a variation is not there, as far as there is room; whether anything was added. */
  add(variation: Variation): boolean {
    const { editor } = this.world!;
    const lacking = this.lacking(variation);
    if (lacking.length === 0 || editor.spec.runs.length + lacking.length > MOST_RUNS) return false;
    for (const run of lacking) {
      const { name, patch } = runOf(run, this.language);
      editor.add(name, patch);
    }
    editor.select(BASE);
    return true;
  }

  /** Whether a variation is among the runs. */
  has(variation: Variation): boolean {
    return this.lacking(variation).length === 0;
  }

  /** What of a variation is not among the runs. */
  lacking(variation: Variation): readonly LessonRun[] {
    const { runs } = this.world!.editor.spec;
    return runsOfVariation(variation).filter((run) => !runs.some(({ name }) => Object.values(run.name).includes(name)));
  }

  /** What was measured with other settings stays beside what is run now, as far as there is room. */
  keepBeside(): void {
    const { editor, runner } = this.world!;
    const { view } = runner;
    if (!this.current || !view?.result) return;
    const { selected } = editor;
    view.runs.forEach(({ status, name }, run) => {
      if (status !== 'finished' || editor.spec.runs.length >= MOST_RUNS || sameRun(editor.spec, view.spec, run) >= 0) return;
      editor.keep(view.spec, run, this.olderName(name, differing(view.spec, run, editor.spec)));
    });
    editor.select(selected);
  }

  // ---- The last question

  check(option: number): void {
    const { current } = this;
    if (current) this.write(current, { checked: option, right: current.check.options[option]?.right ?? false });
  }

  dispose(): void {
    this.life.abort();
    this.stop?.();
  }

  private write(lesson: Lesson, change: Partial<LessonNote>): void {
    const noted = Signal.subtle.untrack(() => this.noted.get());
    const note = { ...noted.get(lesson.id)!, ...change };
    this.noted.set(new Map(noted).set(lesson.id, note));
    writeNote(this.options.storage, this.options.lab, lesson.id, note);
  }
}

/** What a run has that the run of its name in another experiment has not. */
function differing(spec: Spec, run: number, other: Spec): { path: string; value: unknown }[] {
  const twin = other.runs.findIndex(({ name }) => name === spec.runs[run]!.name);
  if (twin < 0) return [];
  const [own, newer] = [resolve(spec, run), resolve(other, twin)];
  return leaves(own, isMap).flatMap((path) => (equal(get(own, path), get(newer, path)) ? [] : [{ path, value: get(own, path) }]));
}

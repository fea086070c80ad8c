/** Every text of the site. A language that lacks one does not compile; nor does one that lacks a field of the spec. */
import type { RunSpec } from '../../types/generated/RunSpec';
import type { LessonMessages } from '../lesson/text/type';
import type { RunStatus } from '../store/run-view';

/** Dotted paths of all fields of a type; lists and maps count as one field. */
export type PathOf<T> = {
  [K in keyof T & string]: T[K] extends readonly unknown[] ? K : string extends keyof T[K] ? K : T[K] extends object ? `${K}.${PathOf<T[K]>}` : K;
}[keyof T & string];

type ValueAt<T, P extends string> = P extends `${infer K}.${infer Rest}`
  ? K extends keyof T
    ? ValueAt<T[K], Rest>
    : never
  : P extends keyof T
    ? T[P]
    : never;

type Choice<V> = V extends readonly (infer I)[] ? I : V;
type IsChoice<V> = Choice<V> extends string ? (string extends Choice<V> ? false : true) : false;

/** Every field of a run's configuration. */
export type FieldPath = PathOf<RunSpec>;

/** Every value of every field that is a choice, as `path=value`. */
export type OptionOf<T> = {
  [P in PathOf<T>]: IsChoice<ValueAt<T, P>> extends true ? `${P}=${Choice<ValueAt<T, P>> & string}` : never;
}[PathOf<T>];
export type OptionKey = OptionOf<RunSpec>;

/** A field's name and its explanation in one line. */
export interface FieldText {
  label: string;
  help: string;
}

export interface Messages {
  /** For `lang` attributes and number formats. */
  languageTag: string;
  languageName: string;
  switchLanguage: string;
  themes: { auto: string; light: string; dark: string };
  switchTheme: string;
  pages: string;
  title: string;

  groups: Record<keyof RunSpec, string>;
  fields: Record<FieldPath, FieldText>;
  options: Record<OptionKey, string>;
  /** What ships with the site; other names are shown as they are. */
  sources: Record<string, string>;
  units: Record<string, string>;

  /** What an experiment will take. */
  estimate: {
    seconds(range: string): string;
    /** Of the first run `size` and, if they are several, its name; those of the others. */
    line(time: string, size: string, run: string, others: { size: string; run: string }[]): string;
    /** Of the run that holds most. */
    atMost(time: string, size: string, ranks: string): string;
    eachRank(run: string, ranks: string): string;
    ofEachRank: string;
  };

  form: {
    heading: string;
    shared: string;
    sharedHint: string;
    runHint(name: string): string;
    runs: string;
    addRun: string;
    duplicate: string;
    remove: string;
    runName: string;
    same: string;
    /** A run that begins where another was. */
    forkOf(run: string, step: string): string;
    /** A fork as a name of its own. */
    forkName(run: string, step: number): string;
    fork: string;
    forkRun(run: string): string;
    forkStep: string;
    forkHint(run: string, step: string): string;
    /** A source that a field may do without. */
    noSource: string;
    /** What its dimmed fields are. */
    forkFixed(run: string): string;
    /** Steps of the other run that are not kept. */
    forkAgain(run: string, first: string, last: string): string;
    removeForks(run: string, forks: readonly string[]): string;
    removeAll: string;
    keepAll: string;
    lastRuns(run: string): string;
    differences(count: number): string;
    reset(base: string): string;
    differsFrom(base: string): string;
    resetTo(run: string, value: string): string;
    differsFromRun(run: string, value: string): string;
    ownModelHint: string;
    ownTextHint: string;
    fileKept(name: string, bytes: string): string;
    filesMissing(names: string): string;
    restoreDefault: string;
    preset: string;
    /** Where the experiment is none of the presets. */
    noPreset: string;
    newRun(index: number): string;
    copyOf(name: string): string;
    showForm: string;
    hideForm: string;
  };

  control: {
    run: string;
    pause: string;
    resume: string;
    step: string;
    stepHint: string;
    cancel: string;
    cancelRun(name: string): string;
    idle: string;
    loadingEngine: string;
    loading(asset: string, percent: string): string;
    waitsForOther: string;
    preparing: string;
    /** Steps of all runs together. */
    running(done: string, total: string, runs: number, left: string): string;
    paused(done: string, total: string, runs: number): string;
    /** Ranks measure themselves before the first step. */
    measuring(run: string): string;
    /** It measures its steps, to know how many fit into its time. */
    timing(run: string): string;
    searching(run: string): string;
    /** What another run held is not kept. */
    recomputing(run: string, step: string): string;
    finished(seconds: string): string;
    cancelled: string;
    failed: string;
    /** Why nothing runs: what stands in a field. */
    refused(field: string, why: string): string;
    fixFirst: string;
    /** A link of long ago is being read. */
    opening: string;
    /** The visitor's own file is being read. */
    reading(name: string, percent: string): string;
    /** A rank is gone. */
    lost: string;
    freshEngine: string;
  };

  status: {
    title: string;
    loading: string;
    threads(count: number): string;
    oneThread: string;
    isolated: string;
    notIsolated: string;
    notIsolatedWhy: string;
    noThreadsWhy: string;
    noWorkerWhy(why: string): string;
    failed: string;
  };

  results: {
    empty: string;
    loss: string;
    lossUnit: string;
    step: string;
    /** By what the runs are drawn beside. */
    lossCaption: Record<'plain' | 'base' | 'bases' | 'frequencies', string>;
    lossKeyTraining: string;
    lossKeyValidation: string;
    baseModel: string;
    /** A base whose weights are kept in fewer bits. */
    roundedBase(bits: string): string;
    /** What a method that adds something untrained begins with. */
    beforeTraining(run: string): string;
    unigram: string;
    bigram: string;
    training: string;
    validation: string;
    parameters: string;
    parametersCaption: string;
    trainable: string;
    total: string;
    memory: string;
    memoryCaption: string;
    memoryCategories: Record<string, string>;
    peak: string;
    speed: string;
    speedCaption: string;
    stepTime: string;
    samples: string;
    samplesCaption: string;
    before: string;
    /** After so many steps. */
    during(step: string): string;
    after: string;
    waiting: string;
    writing: string;
    noSample: string;
    figure(index: number): string;
    table(index: number): string;
    comparison: string;
    comparisonCaption: string;
    configuration: string;
    measured: string;
    baseline: string;
    asBaseline(name: string): string;
    noDifference: string;
    metric: string;
    peakOf(category: string): string;
    /** What a run has trained, as files. */
    adapterFiles: string;
    saveAdapter: string;
    saveAdapterOf(run: string): string;
    notMeasured: string;
    /** What the small numbers behind a median are. */
    spread: string;
    /** Of a number that is that of the baseline. */
    theSame: string;
    /** What an asterisk at a metric means. */
    unlikeSteps(steps: string[]): string;
    /** Of results whose settings are written otherwise by now: of all runs, of some, and of a figure. */
    past: string;
    pastRuns(runs: string[]): string;
    pastFigure: string;
    runAsWritten: string;
    /** Names of what is measured, as the engine names it. */
    metrics: Record<string, string>;
    download: string;
    previous(when: string): string;
    showPrevious: string;
    showCurrent: string;
    viewingPrevious: string;
    copyLink: string;
    /** On paper, before the address of the experiment. */
    address: string;
    status: Record<RunStatus, string>;
    choosePoint: string;
    forkHere: string;
    /** A fork where there is little room. */
    forkShort(run: string, step: string): string;
    noRoom(most: string): string;
    forks: string;
    forksCaption: string;
    forkWaits(fork: string, step: string): string;
    forkDiffers(fork: string, run: string, step: string, how: string): string;
    forkTensor(tensor: string, by: string, differing: string, all: string): string;
    /** Only losses were compared. */
    forkLoss(step: string): string;
    forkSame(fork: string, run: string, step: string): string;
    forkSameSoFar(fork: string, run: string, step: string): string;
    begins: string;
    atFirstStep: string;
    diverged(loss: string, step: string, start: string, clipped: boolean): string;
  };

  /** What the library keeps of a lab. */
  kept: {
    /** Of an experiment that nobody has named yet. */
    name(lab: string, runs: string[]): string;
    interrupted(count: number): string;
    howFar(done: string, total: string): string;
    goOn: string;
    goOnWith(name: string): string;
    leave: string;
    leaveWhat(name: string): string;
    saved(when: string): string;
    saving: string;
    /** When an experiment was begun. */
    begun(when: string): string;
    thisTabOnly: string;
    notSaved: string;
    shown(name: string, when: string): string;
    library: string;
    tryAgain: string;
    exportThis: string;
  };

  problems: {
    title(count: number): string;
    linkCut: string;
    linkUnreadable: string;
    linkRefused: string;
    linkText: string;
    linkDecoded: string;
    emptyFile(name: string): string;
    otherEncoding(name: string, encoding: string): string;
    notUtf8(name: string, position: string): string;
    tooLarge(name: string, size: string, most: string): string;
  };
  lesson: LessonMessages;
}

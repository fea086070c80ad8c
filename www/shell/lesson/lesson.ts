/** What a lesson is: data in a lab's folder `lessons/`, a file each; how it is shown and kept is the same for all. */
import type { TemplateResult } from 'lit';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { ExperimentView } from '../store/experiment-view';
import type { LabStore } from '../store/lab-store';
import type { Language } from '../text/language';
import type { Facts } from './facts';
import type { Question } from './prediction/question';

/** The same in both languages. */
export type Both<T> = Readonly<Record<Language, T>>;

/** A sentence or more; what has formulas or terms of the glossary in it is a template. */
export type Prose = string | TemplateResult;

/** Changes of a run's configuration, as deep as they need to be. */
export type DeepPatch<T> = { readonly [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPatch<T[K]> : T[K] };
export type Patch = DeepPatch<RunSpec>;

/** A run of a lesson. Runs are known by the names that the lesson gives them. */
export interface LessonRun {
  id: string;
  name: Both<string>;
  /** What it changes of the lesson's base. */
  patch: Patch;
}

/** One more run, a click away; it joins those that are there. */
export interface Variation extends LessonRun {
  /** What it tries, as a question: "And with rank 64?" */
  ask: Both<string>;
  /** Runs that come with it, since it says nothing without them. */
  beside?: readonly LessonRun[];
}

/** Whether what was measured bears out a claim; `open`: these runs do not tell. */
export type Verdict = 'holds' | 'partly' | 'fails' | 'open';

/** What the chapter says, beside what was measured of it. */
export interface Claim {
  says: Prose;
  measured: Prose;
  verdict: Verdict;
}

/** What was seen, in sentences made of the runs' own numbers. */
export interface Explanation {
  /** What happened. */
  happened: Prose;
  why: Prose;
  /** What would change it. */
  change: Prose;
  /** Where this machine, or so small a model, misleads. */
  misleads: Prose;
  /** Claims of the chapter that the runs are about. */
  claims?: readonly Claim[];
}

export interface CheckOption {
  text: Both<Prose>;
  right: boolean;
  /** Why it is right, or why it is not. */
  because: Both<Prose>;
}

export interface Lesson {
  /** Its name in addresses, and of its file. */
  id: string;
  /** Section of the chapter. */
  section: string;
  /** About how long it takes, reading included. */
  minutes: number;
  /** A few words, for lists. */
  title: Both<string>;
  /** One sentence. */
  question: Both<string>;
  /** Why it matters, in one sentence. */
  stakes: Both<Prose>;
  /** What all its runs have in common, as changes of the defaults. */
  base: (language: Language) => Patch;
  /** Those that it begins with. */
  runs: readonly LessonRun[];
  /** Paths of the fields that stand beside the figure; five at most, and of the base. */
  controls: readonly string[];
  /** A small drawing of the technique, which follows the settings. */
  diagram: (store: LabStore) => TemplateResult;
  predict: Question;
  hero: Hero;
  explain: Both<(facts: Facts) => Explanation | null>;
  variations: readonly [Variation, Variation, Variation];
  /** Metrics of the strip in which runs are compared. */
  compared: readonly string[];
  check: { ask: Both<Prose>; options: readonly CheckOption[] };
}

/** The figure that answers the question; `facts` are of the shown experiment, which is null before the first run. */
export type Hero =
  /** Losses over steps, with the curve that was foretold; below them a figure or the stage of the lab, by its id. */
  | { kind: 'curves'; below?: string }
  /** A bar for each run, whole or in parts, with the number that was foretold. */
  | {
      kind: 'bars';
      title: Both<string>;
      caption: Both<string>;
      bar: (run: number, view: ExperimentView) => Bar | null;
      unit: BarUnit;
      /** The metric that the lengths are, if they are one. */
      quantity?: string;
    }
  /** A figure or the stage of the lab, by its id, which draws what was foretold by itself. */
  | { kind: 'own'; figure: string };

/** How the lengths of bars are written. */
export type BarUnit = 'bytes' | 'ms' | 'nats' | 'share' | 'count';

export interface Bar {
  value: number;
  /** Lower and upper quartile of what it is the median of. */
  spread?: readonly [number, number] | null;
  /** Its parts, by their kinds in the palette: categories of memory. */
  parts?: readonly { kind: string; value: number }[];
  /** Computed rather than measured. */
  modelled?: boolean;
  /** The metric that its length is, where that is not the same for all bars. */
  quantity?: string;
}

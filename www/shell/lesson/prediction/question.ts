/** What a learner is asked before a run, and what a run answers. */
import type { ExperimentView } from '../../store/experiment-view';
import type { Language } from '../../text/language';
import type { Both, Prose } from '../lesson';

/** What a run measured, and how far that is the same each time. */
export interface Outcome {
  value: number;
  /** Values that are as good as it: lower and upper quartile of a median, or the noise of a loss; null: it is exact. */
  spread: readonly [number, number] | null;
}

export interface Point {
  x: number;
  y: number;
}

export type NumberUnit = 'percent' | 'times' | 'steps' | 'nats' | 'ms' | 'MiB';

/** What is asked; a function where it names a number that depends on the language whose experiment is asked of. */
export type Ask = Both<Prose | ((experiment: Language) => Prose)>;

/** A number on a scale. */
export interface NumberQuestion {
  kind: 'number';
  ask: Ask;
  unit: NumberUnit;
  /** The ends of the scale; a scale of factors is logarithmic. */
  scale: { from: number; to: number; step: number; logarithmic?: boolean };
  /** What stands at the ends, where that helps. */
  ends?: Both<readonly [string, string]>;
  outcome: (view: ExperimentView) => Outcome | null;
  /** Where it stands among the bars of the hero: the run, and its length there; null: nowhere. */
  bar?: (value: number, view: ExperimentView) => { run: number; value: number } | null;
}

/** An order of runs, the least first. */
export interface OrderQuestion {
  kind: 'order';
  ask: Ask;
  /** What stands at the ends of the order: "lowest loss", "highest loss". */
  ends: Both<readonly [string, string]>;
  items: readonly { id: string; name: Both<string> }[];
  /** The value of each item. */
  outcome: (view: ExperimentView) => Readonly<Record<string, Outcome>> | null;
}

/** A curve drawn over axes. */
export interface CurveQuestion {
  kind: 'curve';
  ask: Ask;
  /** Steps from 0 to `steps`, losses from `low` to `high`, and where the curve begins, if that is told; by the language whose experiment it is, since each has a text of its own. */
  axes: Both<{ steps: number; low: number; high: number; start?: number }>;
  /** Lines to draw by, such as the loss of token frequencies. */
  beside?: readonly { name: Both<string>; loss: Both<number> }[];
  /** The curve as it was measured, and how much it jitters, in the unit of its heights. */
  outcome: (view: ExperimentView) => { points: readonly Point[]; noise: number } | null;
}

/** One of several. */
export interface ChoiceQuestion {
  kind: 'choice';
  ask: Ask;
  options: readonly { id: string; text: Both<string> }[];
  /** The option that came true. */
  outcome: (view: ExperimentView) => string | null;
}

export type Question = NumberQuestion | OrderQuestion | CurveQuestion | ChoiceQuestion;

/** What is asked of the experiment of a language, in the words of the page's. */
export function askOf({ ask }: Question, page: Language, experiment: Language): Prose {
  const said = ask[page];
  return typeof said === 'function' ? said(experiment) : said;
}

/** What a learner foretold. */
export type Answer =
  | { kind: 'number'; value: number }
  | { kind: 'order'; order: readonly string[] }
  | { kind: 'curve'; points: readonly Point[] }
  | { kind: 'choice'; option: string };

/** How sure somebody was: chances that the answer comes true. */
export const SURENESS = [0.4, 0.7, 0.95] as const;
export type Sureness = (typeof SURENESS)[number];
/** What each of them is called in texts. */
export const SURENESS_NAMES = ['guess', 'likely', 'certain'] as const;

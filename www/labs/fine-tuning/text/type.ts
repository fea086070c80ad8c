import type { Rule } from '../tournament/choices';
import type { AdaptersText } from './adapters/type';

/** What this lab's own parts say. */
export interface FineTuningText {
  adapters: AdaptersText;
  tournament: {
    methods: string;
    /** Beside a method whose size the engine changed. */
    fitted(value: string): string;
    /** Beside virtual tokens that are as many as there is room for. */
    allTheRoom: string;
    full(most: number, seeds: number): string;
    atLeastOne: string;
    rule: string;
    rules: Record<Rule, { name: string; means: string; hides: string }>;
    steps: string;
    seconds: string;
    seeds: string;
    seed(count: number): string;
    seedsHint: Record<'one' | 'several' | 'noRoom', string>;
    search: string;
    searchHint: string;
    /** Methods that try other rates, in times of those that are written. */
    scaled(methods: string[], times: string): string;
    noSearch: string;
    candidates: string;
    lowest: string;
    highest: string;
    searchSteps: string;
    /** What was chosen, in a line. */
    summary(runs: number, methods: number, seeds: number): string;
    equalising: string;
    unequal(why: string): string;
  };
  tradeoffs: {
    heading: string;
    caption: string;
    several: string;
    empty: string;
    across: string;
    up: string;
  };
  /** What was the same for all methods. */
  equal: {
    /** `length`: steps, or seconds with their unit where times are equal. */
    says: Record<Rule, (length: string) => string>;
    earlier: string;
  };
  verdict: {
    heading: string;
    open: string;
    /** `what`: a measure, in which `by` has `better` and each of those that it beats what is in `theirs`. */
    says(beaten: { names: string[]; by: string; what: string; better: string; theirs: string[] }[], unbeaten: string[], measures: number): string;
    /** From where on a difference in a measure counts. */
    from(measure: string, margin: string): string;
    /** `own`: whether that is from the seeds of these runs. */
    chance(from: string[], own: boolean, seeds: number): string;
  };
  sweep: {
    heading: string;
    caption: string;
    name: string;
    rate: string;
    loss: string;
    after(steps: string): string;
    fate: string;
    chosen: string;
    droppedAfter(steps: string): string;
    stillIn: string;
    diverged: string;
    waiting: string;
    tried(name: string, rates: number, low: string, high: string): string;
    dropped(rates: string[], steps: string): string;
    found(rate: string, loss: string): string;
    budget(name: string, seconds: string, steps: string, step: string): string;
    /** Methods that took the highest, or the lowest, rate that they tried. */
    edge(which: 'highest' | 'lowest', names: string[]): string;
    key: { rounds: string; dropped: string; chosen: string; beyond: string };
  };
  standings: {
    heading: string;
    caption: string;
    several: string;
    method: string;
    steps: string;
    best: string;
    /** That forgetting is below nought; less than `margin` may be chance. */
    gained(margin: string): string;
    sort(column: string): string;
    range(low: string, high: string): string;
    status(done: number, all: number): string;
  };
}

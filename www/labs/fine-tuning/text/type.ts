import type { Rule } from '../tournament/choices';
import type { AdaptersText } from './adapters/type';

/** What this lab's own parts say. */
export interface FineTuningText {
  adapters: AdaptersText;
  tournament: {
    methods: string;
    /** Beside a method whose size the engine changed. */
    fitted(value: string): string;
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
    key: { rounds: string; dropped: string; chosen: string; beyond: string };
  };
  standings: {
    heading: string;
    caption: string;
    several: string;
    method: string;
    steps: string;
    best: string;
    sort(column: string): string;
    range(low: string, high: string): string;
    status(done: number, all: number): string;
  };
}

/** One experiment as it is shown: under way, or kept. */
import { Signal } from 'signal-polyfill';
import { parentOf, resolve } from '../../engine/spec/patch';
import type { Environment } from '../../types/generated/Environment';
import type { Event } from '../../types/generated/Event';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { Method } from '../../types/generated/Method';
import type { Problem } from '../../types/generated/Problem';
import type { Spec } from '../../types/generated/Spec';
import type { ClockPort } from '../ports';
import { renamed } from './run-names';
import { RunView } from './run-view';

/** The version of results that can be shown. */
export const RESULT_VERSION = 2;

/** What of an experiment a reader can depend on by itself. */
interface Head {
  result: ExperimentResult | null;
  environment: Environment | null;
  remainingSeconds: number | null;
  ended: Date | null;
}

export class ExperimentView {
  readonly runs: RunView[];
  private readonly head = new Signal.State<Head>({ result: null, environment: null, remainingSeconds: null, ended: null });

  private readonly written: Signal.State<Spec>;

  constructor(spec: Spec, clock: ClockPort) {
    this.written = new Signal.State(spec);
    this.runs = spec.runs.map(({ name, fork }, i) => new RunView(name, resolve(spec, i), clock, fork?.step));
  }

  /** A kept experiment. */
  static of(result: ExperimentResult, clock: ClockPort, ended: Date): ExperimentView {
    const view = new ExperimentView(result.spec, clock);
    view.complete(result, ended);
    return view;
  }

  get spec(): Spec {
    return this.written.get();
  }

  /** Calls its runs otherwise, as in another language. */
  rename(nameOf: (name: string) => string): void {
    this.written.set(renamed(Signal.subtle.untrack(() => this.spec), nameOf));
    for (const run of this.runs) run.rename(nameOf);
  }

  /** The run that a run is a fork of; -1 for none. */
  parentOf(run: number): number {
    return parentOf(this.spec, run);
  }

  /** A run, the one that it is a fork of, and so on. */
  ancestors(run: number, depth = this.runs.length): RunView[] {
    const own = this.runs[run];
    return own && depth > 0 ? [own, ...this.ancestors(this.parentOf(run), depth - 1)] : [];
  }

  get result(): ExperimentResult | null {
    return this.head.get().result;
  }

  get environment(): Environment | null {
    return this.head.get().environment;
  }

  /** What its runs took, all together: the sum of their durations, in which waiting and pauses do not count. */
  get elapsedSeconds(): number {
    return this.runs.reduce((seconds, run) => seconds + (run.figure('duration')?.value ?? 0), 0);
  }

  get remainingSeconds(): number | null {
    return this.head.get().remainingSeconds;
  }

  get ended(): Date | null {
    return this.head.get().ended;
  }

  /** Why runs failed. */
  get failures(): Problem[] {
    return this.runs.flatMap((run) => (run.problem ? [{ ...run.problem, run: run.name }] : []));
  }

  apply(event: Event): void {
    this.runs[event.run]?.apply(event);
    if (event.type === 'progress') this.change({ remainingSeconds: event.remaining_seconds });
  }

  complete(result: ExperimentResult, ended: Date): void {
    this.change({ result, environment: result.environment, remainingSeconds: 0, ended });
    result.runs.forEach((run, i) => this.runs[i]?.complete(run));
  }

  /** It did not come to a result. */
  end(ended: Date): void {
    this.change({ ended });
    for (const run of this.runs) run.flush();
  }

  dispose(): void {
    for (const run of this.runs) run.dispose();
  }

  private change(change: Partial<Head>): void {
    this.head.set({ ...Signal.subtle.untrack(() => this.head.get()), ...change });
  }
}

/** A loss that runs are compared with. */
export interface Reference {
  /** `rounded`: a base whose frozen weights are kept in fewer bits. `before`: a model whose method adds something untrained to its base. */
  what: 'base' | 'rounded' | 'before' | 'unigram' | 'bigram';
  loss: number;
  /** How many bits a rounded base has, by their name, or the run that has what is untrained. */
  of: string;
}

/** Methods that begin with something untrained in front of the base, which changes what it says. */
const UNTRAINED: readonly Method[] = ['prefix_tuning', 'prompt_tuning'];

/**
 * What has to be beaten, each once: of a model that was trained already, its validation loss before the first step; of a new one, that of what
 * knows only how frequent tokens, or pairs of them, are.
 */
export function references(view: ExperimentView): Reference[] {
  const found = view.runs.flatMap((run, index): Reference[] => {
    const [unigram, bigram] = [run.figure('unigram_loss'), run.figure('bigram_loss')];
    if (unigram && bigram) return [{ what: 'unigram', loss: unigram.value, of: '' }, { what: 'bigram', loss: bigram.value, of: '' }];
    const { steps, values } = run.curve('validation_loss');
    if (steps[0] !== 0 || run.spec.model.base === 'new') return [];
    const { method, quantization } = run.spec.fine_tuning;
    // What is untrained differs by the seed: one of a method is enough.
    if (UNTRAINED.includes(method)) return view.runs.findIndex((other) => other.spec.fine_tuning.method === method) === index ? [{ what: 'before', loss: values[0]!, of: run.name }] : [];
    return [{ what: quantization === 'none' ? 'base' : 'rounded', loss: values[0]!, of: quantization === 'none' ? '' : quantization }];
  });
  return found.filter(({ what, loss }, i) => found.findIndex((other) => other.what === what && Math.abs(other.loss - loss) < 1e-6) === i);
}

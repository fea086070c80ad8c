/** The tournament as it is being set up: its choices, and the experiment that the lab's editor has of them. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../../engine/error';
import { equal, get, resolve, set, type Tree } from '../../../engine/spec/patch';
import type { LabStore } from '../../../shell/store/lab-store';
import type { SpecEditor } from '../../../shell/store/spec-editor';
import { BASE } from '../../../shell/store/spec-editor';
import type { Language } from '../../../shell/text/language';
import type { EqualisedBy } from '../../../types/generated/EqualisedBy';
import type { Problem } from '../../../types/generated/Problem';
import type { Spec } from '../../../types/generated/Spec';
import { choicesOf, mostMethods, specOfChoices, type Choices } from './choices';

export interface SetupOptions {
  editor: Pick<SpecEditor, 'spec' | 'write'>;
  /** Nothing can be run while runs are being made equal. */
  store: Pick<LabStore, 'waiting'>;
  /** The experiment with the sizes, or batches, of its runs made to fit a rule: the engine knows what each setting comes to. */
  equalise: (spec: Spec, rule: EqualisedBy, signal: AbortSignal) => Promise<Spec>;
  /** Whether an experiment can be run as far as its models leave room for it. */
  fits: (spec: Spec, signal: AbortSignal) => Promise<boolean>;
}

/** As many virtual tokens as a model leaves room for beside the text, which only the model knows. */
const TOKENS = 'fine_tuning.prompt.virtual_tokens';

export class Setup {
  /** What was chosen, and the experiment that was written of it: as long as that is there, the choices are these. */
  private readonly made = new Signal.State<{ choices: Choices; spec: Spec } | null>(null);
  private readonly refused = new Signal.State<readonly Problem[] | null>(null);
  private readonly filled = new Signal.State<ReadonlySet<string>>(new Set());
  private pending: AbortController | null = null;

  constructor(private readonly options: SetupOptions) {}

  get choices(): Choices {
    const { spec } = this.options.editor;
    const made = this.made.get();
    return made && equal(made.spec, spec) ? made.choices : choicesOf(spec);
  }

  /** Why what is to be equal is not; null: it is, or nothing was to be. */
  get unequal(): readonly Problem[] | null {
    const made = this.made.get();
    return made && equal(made.spec, this.options.editor.spec) ? this.refused.get() : null;
  }

  /** Names of the runs that were given all the virtual tokens that there is room for. */
  get full(): ReadonlySet<string> {
    const made = this.made.get();
    return made && equal(made.spec, this.options.editor.spec) ? this.filled.get() : new Set();
  }

  /** Whether there is room for one more method, or for more seeds. */
  canAdd = (): boolean => this.choices.methods.length < mostMethods(this.choices.seeds);
  canSeed = (seeds: number): boolean => this.choices.methods.length <= mostMethods(seeds);

  /** Chooses otherwise. `waiting` is said while runs are made equal. */
  async choose(change: Partial<Choices>, language: Language, waiting: string): Promise<void> {
    await this.write({ ...this.choices, ...change }, this.options.editor.spec, language, waiting);
  }

  /** Sets a field that all runs share. */
  async setShared(path: string, value: unknown, language: Language, waiting: string): Promise<void> {
    const { spec } = this.options.editor;
    await this.write(this.choices, { ...spec, base: set(spec.base, path, value) }, language, waiting);
  }

  private async write(choices: Choices, from: Spec, language: Language, waiting: string): Promise<void> {
    this.stop();
    const plain = specOfChoices(choices, from, language);
    this.put(choices, plain);
    this.refused.set(null);
    this.filled.set(new Set());
    const { rule } = choices;
    if (rule !== 'parameters' && rule !== 'memory') return;
    const pending = (this.pending = new AbortController());
    this.options.store.waiting = waiting;
    try {
      const fitted = await this.options.equalise(plain, rule, pending.signal);
      // Somebody may have written something else meanwhile.
      if (pending.signal.aborted || !equal(this.options.editor.spec, plain)) return;
      this.put(choices, fitted);
      this.filled.set(await this.thatFill(fitted, pending.signal));
    } catch (error) {
      if (!pending.signal.aborted) this.refused.set(problemsOf(error));
    } finally {
      if (this.pending === pending) this.stop();
    }
  }

  /** Runs of a fitted experiment for which one virtual token more would be too many. */
  private async thatFill(spec: Spec, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const [i, run] of spec.runs.entries()) {
      const config = resolve(spec, i);
      const tokens = get(config, TOKENS) as number;
      if (tokens <= spec.base.fine_tuning.prompt.virtual_tokens) continue;
      if (!(await this.options.fits({ ...spec, runs: [{ name: run.name, patch: set(run.patch as Tree, TOKENS, tokens + 1) }] }, signal))) found.add(run.name);
    }
    return found;
  }

  private put(choices: Choices, spec: Spec): void {
    this.made.set({ choices, spec });
    this.options.editor.write(spec, BASE);
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.pending?.abort();
    if (this.pending) this.options.store.waiting = null;
    this.pending = null;
  }
}

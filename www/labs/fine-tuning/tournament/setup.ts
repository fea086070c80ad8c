/** The tournament as it is being set up: its choices, and the experiment that the lab's editor has of them. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../../engine/error';
import { equal, set } from '../../../engine/spec/patch';
import type { LabStore } from '../../../shell/store/lab-store';
import type { SpecEditor } from '../../../shell/store/spec-editor';
import { BASE } from '../../../shell/store/spec-editor';
import type { Language } from '../../../shell/text/language';
import type { Problem } from '../../../types/generated/Problem';
import type { Spec } from '../../../types/generated/Spec';
import type { EqualisedBy } from '../../../types/search';
import { choicesOf, mostMethods, specOfChoices, type Choices } from './choices';
import { CannotEqualise } from './equalise';

/** Why runs could not be made equal: the engine's problems, or none where it cannot do that at all. */
export type Unequal = readonly Problem[];

export interface SetupOptions {
  editor: Pick<SpecEditor, 'spec' | 'write'>;
  /** Nothing can be run while runs are being made equal. */
  store: Pick<LabStore, 'waiting'>;
  equalise: (spec: Spec, rule: EqualisedBy, signal: AbortSignal) => Promise<Spec>;
}

export class Setup {
  /** What was chosen, and the experiment that was written of it: as long as that is there, the choices are these. */
  private readonly made = new Signal.State<{ choices: Choices; spec: Spec } | null>(null);
  private readonly refused = new Signal.State<Unequal | null>(null);
  private pending: AbortController | null = null;

  constructor(private readonly options: SetupOptions) {}

  get choices(): Choices {
    const { spec } = this.options.editor;
    const made = this.made.get();
    return made && equal(made.spec, spec) ? made.choices : choicesOf(spec);
  }

  /** Why what is to be equal is not; null: it is, or nothing was to be. */
  get unequal(): Unequal | null {
    const made = this.made.get();
    return made && equal(made.spec, this.options.editor.spec) ? this.refused.get() : null;
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
    const { rule } = choices;
    if (rule !== 'parameters' && rule !== 'memory') return;
    const pending = (this.pending = new AbortController());
    this.options.store.waiting = waiting;
    try {
      const fitted = await this.options.equalise(plain, rule, pending.signal);
      // Somebody may have written something else meanwhile.
      if (!pending.signal.aborted && equal(this.options.editor.spec, plain)) this.put(choices, fitted);
    } catch (error) {
      if (!pending.signal.aborted) this.refused.set(error instanceof CannotEqualise ? [] : problemsOf(error));
    } finally {
      if (this.pending === pending) this.stop();
    }
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

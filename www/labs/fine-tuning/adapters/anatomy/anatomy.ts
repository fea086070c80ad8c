/** What is found out of one adapter: its update module by module, what each module's part is worth, and what rounding does to it. */
import { Signal } from 'signal-polyfill';
import { TinyaiError, problemsOf } from '../../../../engine/error';
import type { MergeStage } from '../../../../types/generated/MergeStage';
import type { ModuleChange } from '../../../../types/generated/ModuleChange';
import type { Rounding } from '../../../../types/generated/Rounding';
import type { Survival } from '../../../../types/generated/Survival';
import type { RoundingFormat } from '../../../../engine/shelf/formats';
import type { Problem } from '../../../../types/generated/Problem';
import type { AdapterShelf } from '../shelf/adapter-shelf';
import type { Item } from '../shelf/item';

export const FORMATS = ['int8', 'nf4'] as const satisfies readonly RoundingFormat[];
export const STAGES = ['base', 'trained', 'merged', 'rounded'] as const satisfies readonly MergeStage[];

export interface Findings {
  /** Paths of the modules that it changes; null: not asked yet. */
  modules: readonly string[] | null;
  changes: readonly ModuleChange[];
  /** Of the model with all of the adapter; null: not measured. */
  loss: number | null;
  /** That of the base alone, in the form that the adapter learned on. */
  baseLoss: number | null;
  /** Losses with one module's part off. */
  without: readonly { module: string; loss: number }[];
  rounding: Readonly<Record<RoundingFormat, readonly Rounding[]>>;
  survival: Readonly<Record<RoundingFormat, readonly Survival[]>>;
  /** Why nothing can be said of that, as of a method that weights cannot take up. */
  unmerged: readonly Problem[];
}

const NOTHING: Findings = { modules: null, changes: [], loss: null, baseLoss: null, without: [], rounding: { int8: [], nf4: [] }, survival: { int8: [], nf4: [] }, unmerged: [] };

export class Anatomy {
  private readonly chosen = new Signal.State<Item | null>(null);
  private readonly found = new Signal.State<ReadonlyMap<Item, { epoch: number; findings: Findings }>>(new Map());
  private readonly under = new Signal.State<{ item: Item; done: number; all: number } | null>(null);
  private readonly said = new Signal.State<readonly Problem[]>([]);
  private going: AbortController | null = null;

  constructor(private readonly shelf: Pick<AdapterShelf, 'turn' | 'ready' | 'epoch'>) {}

  /** The adapter that is looked at: that which was chosen, else the first; null: there is none. */
  get item(): Item | null {
    const chosen = this.chosen.get();
    const { ready } = this.shelf;
    return chosen && ready.includes(chosen) ? chosen : (ready[0] ?? null);
  }

  choose(item: Item): void {
    this.chosen.set(item);
  }

  /** What was found of an adapter on the base that there is now. */
  findings(item: Item): Findings {
    const kept = this.found.get().get(item);
    return kept?.epoch === this.shelf.epoch ? kept.findings : NOTHING;
  }

  /** What is being measured, and how much of it is done; null: nothing is. */
  get measuring(): { item: Item; done: number; all: number } | null {
    return this.under.get();
  }

  get problems(): readonly Problem[] {
    return this.said.get();
  }

  /** Finds out all there is of the adapter; what was found stays where it is stopped. Each measurement is one turn of the engine. */
  async examine(item: Item): Promise<void> {
    this.stop();
    const going = (this.going = new AbortController());
    const { signal } = going;
    this.said.set([]);
    this.found.set(new Map(this.found.get()).set(item, { epoch: this.shelf.epoch, findings: NOTHING }));
    this.under.set({ item, done: 0, all: 1 });
    let done = 0;
    const take = (change: (before: Findings) => Partial<Findings>, all: number): void => {
      if (this.going !== going) return;
      const before = this.findings(item);
      this.found.set(new Map(this.found.get()).set(item, { epoch: this.shelf.epoch, findings: { ...before, ...change(before) } }));
      this.under.set({ item, done: ++done, all });
    };
    const turn = <T>(act: (shelf: Parameters<Parameters<AdapterShelf['turn']>[0]>[0]['shelf'], shelved: NonNullable<Item['shelved']>) => Promise<T>): Promise<T> =>
      this.shelf.turn(({ shelf }) => {
        signal.throwIfAborted();
        if (!item.shelved) throw new DOMException('the adapter was taken away', 'AbortError');
        return act(shelf, item.shelved);
      });
    try {
      const modules = await turn((shelf, shelved) => shelf.ask('modules', shelved, [], { signal }));
      const all = 2 + 2 * modules.length + FORMATS.length * (1 + STAGES.length);
      take(() => ({ modules }), all);
      for (const module of modules) {
        const change = await turn((shelf, shelved) => shelf.ask('change', shelved, [module], { signal }));
        take(({ changes }) => ({ changes: [...changes, change] }), all);
      }
      for (const format of FORMATS) {
        const errors = await turn((shelf) => shelf.rounding(format, { signal }));
        take(({ rounding }) => ({ rounding: { ...rounding, [format]: errors } }), all);
      }
      const loss = await turn((shelf, shelved) => shelf.ask('loss', shelved, [], { signal }));
      const baseLoss = await turn((shelf, shelved) => shelf.ask('base_loss', shelved, [], { signal }));
      take(() => ({ loss, baseLoss }), all);
      for (const module of modules) {
        const without = await turn((shelf, shelved) => shelf.ask('loss_without', shelved, [module], { signal }));
        take((before) => ({ without: [...before.without, { module, loss: without }] }), all);
      }
      for (const format of FORMATS) {
        for (const stage of STAGES) {
          const survival = await turn((shelf, shelved) => shelf.ask('survival', shelved, [format, stage], { signal }).catch(refusal));
          if ('problems' in survival) return take(() => ({ unmerged: survival.problems }), all);
          take((before) => ({ survival: { ...before.survival, [format]: [...before.survival[format], survival] } }), all);
        }
      }
    } catch (error) {
      const ended = signal.aborted || (error instanceof DOMException && error.name === 'AbortError');
      if (!ended && this.going === going) this.said.set(problemsOf(error));
    } finally {
      if (this.going === going) {
        this.going = null;
        this.under.set(null);
      }
    }
  }

  /** What was found stays. */
  stop(): void {
    this.going?.abort(new DOMException('stopped by the visitor', 'AbortError'));
    this.going = null;
    this.under.set(null);
  }
}

/** What an adapter cannot do is a finding, too; what goes wrong is none. */
function refusal(thrown: unknown): { problems: readonly Problem[] } {
  if (thrown instanceof TinyaiError && thrown.problems.every(({ code }) => code !== 'internal' && code !== 'out_of_memory')) return { problems: thrown.problems };
  throw thrown;
}

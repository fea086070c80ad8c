/** Which runs of an experiment the figures are of: one on several ranks, and one on a single rank to compare it with. */
import { Signal } from 'signal-polyfill';
import { equal, ranksOf } from '../../engine/spec/patch';
import { BASE } from '../../shell/store/spec-editor';
import type { LabStore } from '../../shell/store/lab-store';
import type { RunView } from '../../shell/store/run-view';
import type { Planned } from '../../types/generated/Planned';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Spec } from '../../types/generated/Spec';

/** Ranks that an experiment may have. */
const MOST_RANKS = 16;

/** What of a lab's store the figures are chosen by. */
export type Shown = Pick<LabStore, 'editor' | 'runner' | 'plan' | 'environment'>;

export class ParallelView {
  /** The spec as it was written when somebody wished to see the last run in spite of it. */
  private readonly lookedBack = new Signal.State<Spec | null>(null);
  /** Whether somebody wished for ranks with a core each; null: nobody chose. */
  private readonly coresChosen = new Signal.State<boolean | null>(null);

  constructor(private readonly store: Shown) {}

  // ---- As written

  /**
   * The run on several ranks whose tab is chosen; else the first of them, or, where what all share is chosen, the first that has its
   * mesh. {@link BASE}: none is on several ranks.
   */
  get written(): number {
    const { editor } = this.store;
    const configs = editor.spec.runs.map((_, run) => editor.config(run));
    const spread = (run: number): boolean => configs[run] !== undefined && ranksOf(configs[run]) > 1;
    if (spread(editor.selected)) return editor.selected;
    const first = configs.findIndex((config, run) => spread(run) && (editor.selected !== BASE || equal(config.mesh, editor.spec.base.mesh)));
    return first >= 0 ? first : configs.findIndex((_, run) => spread(run));
  }

  /** Its configuration; what all runs share where there is none. */
  get config(): RunSpec {
    return this.store.editor.config(this.written);
  }

  /** Its plan, as the last run of it divided the layers, if there was one. */
  get writtenPlan(): Planned | null {
    return (this.outdated ? null : this.measured?.parallel.planned) ?? this.store.plan(this.written)?.planned ?? null;
  }

  /** Whether it is still to come. */
  get planning(): boolean {
    const plan = this.store.plan(this.written);
    // Room is kept for as many ranks as there can be.
    return this.writtenPlan === null && plan !== null && plan.problems.length === 0 && ranksOf(this.config) <= MOST_RANKS;
  }

  // ---- As measured

  /** The run of the shown experiment that has the written one's name; else its first on several ranks. */
  get measured(): RunView | null {
    const { editor, runner } = this.store;
    const spread = runner.view?.runs.filter(({ spec }) => ranksOf(spec) > 1) ?? [];
    const name = editor.spec.runs[this.written]?.name;
    return spread.find((run) => run.name === name) ?? spread[0] ?? null;
  }

  /** The first run of the same experiment on one rank. */
  get alone(): RunView | null {
    return this.store.runner.view?.runs.find(({ spec }) => ranksOf(spec) === 1) ?? null;
  }

  /** The run on several ranks that goes on now, or waits for a rank that is lost. */
  get inTurn(): RunView | null {
    const { busy, current } = this.store.runner;
    const going = (run: RunView): boolean => run.status === 'running' || run.status === 'lost';
    return (busy && current?.runs.find((run) => ranksOf(run.spec) > 1 && going(run))) || null;
  }

  /** Whether what is written is another than what was measured, or nothing was. */
  get outdated(): boolean {
    return this.measured === null || !equal(this.measured.spec, this.config);
  }

  // ---- What is shown: the last run, or the plan of another

  /** Whether it is the run. */
  get showsRun(): boolean {
    const { measured, store } = this;
    if (measured === null || measured.parallel.planned === undefined) return false;
    return store.runner.busy || !this.outdated || this.lookedBack.get() === store.editor.spec;
  }

  /** Shows the last run although another is written, until that changes; or the plan of what is written again. */
  lookBack(on: boolean): void {
    this.lookedBack.set(on ? this.store.editor.spec : null);
  }

  get spec(): RunSpec {
    return this.showsRun ? this.measured!.spec : this.config;
  }

  get planned(): Planned | null {
    return this.showsRun ? this.measured!.parallel.planned! : this.writtenPlan;
  }

  // ---- Cores

  /** Cores of the machine that what is shown runs on; null: not known yet. */
  get cores(): number | null {
    const { runner, environment } = this.store;
    return ((this.showsRun && runner.view?.environment) || environment)?.cores ?? null;
  }

  /** Whether ranks, each of which has one thread, are more than the cores, and so take turns. */
  get sharesCores(): boolean {
    return this.cores !== null && ranksOf(this.spec) > this.cores;
  }

  /** Whether times are shown as they would be if each rank had a core of its own: modelled. So they are where ranks share cores, unless chosen otherwise. */
  get ownCores(): boolean {
    return this.coresChosen.get() ?? this.sharesCores;
  }

  /** Shows times with a core for each rank, or as they were measured here; null: as it is best. */
  chooseCores(own: boolean | null): void {
    this.coresChosen.set(own);
  }

  /** The names, and the indices by which they have their colours, of the run on one rank and of that on several; null where there is none. */
  get lines(): { alone: Line | null; mesh: Line | null } {
    const { alone, measured, store } = this;
    const { editor, runner } = store;
    const line = (run: { name: string } | undefined, index: number): Line | null => (run ? { name: run.name, run: index } : null);
    if (runner.view) {
      const { runs } = runner.view;
      return { alone: alone && line(alone, runs.indexOf(alone)), mesh: measured && line(measured, runs.indexOf(measured)) };
    }
    const { runs } = editor.spec;
    const one = runs.findIndex((_, run) => ranksOf(editor.config(run)) === 1);
    return { alone: line(runs[one], one), mesh: line(runs[this.written], this.written) };
  }
}

/** What tells a run apart in a figure. */
export interface Line {
  name: string;
  /** Its index in the experiment. */
  run: number;
}

const views = new WeakMap<Shown, ParallelView>();

/** The one view of a lab. */
export function viewOf(store: Shown): ParallelView {
  let view = views.get(store);
  if (!view) views.set(store, (view = new ParallelView(store)));
  return view;
}

/** Whether the last step was done action by action, as somebody let its ranks: it is in no series of times. */
export function doneByHand(run: RunView): boolean {
  const [last] = run.ranks;
  return last !== undefined && last.step > (run.curve('step_milliseconds').steps.at(-1) ?? 0);
}

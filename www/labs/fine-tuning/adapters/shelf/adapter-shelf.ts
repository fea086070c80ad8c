/** The page's shelf of adapters: those of its experiment's runs, those that were dropped, and mixtures. It is there as long as the page is. */
import { Signal } from 'signal-polyfill';
import type { EngineShelf, PeftFiles, ShelfSource, Shelved } from '../../../../engine/shelf/shelf';
import { problemsOfAdapter } from '../../../../engine/assets/adapters';
import { TinyaiError, problemsOf } from '../../../../engine/error';
import type { Lab } from '../../../../engine/lab';
import type { Mixing } from '../../../../types/generated/Mixing';
import { keyOf } from '../../../../engine/spec/legs';
import { resolve } from '../../../../engine/spec/patch';
import type { GivenFiles, Taking } from '../../../../kit/form/taking-files';
import { effect } from '../../../../shell/store/effect';
import type { Runner } from '../../../../shell/store/runner';
import type { SpecEditor } from '../../../../shell/store/spec-editor';
import type { Problem } from '../../../../types/generated/Problem';
import type { Spec } from '../../../../types/generated/Spec';
import { Item, lacksMemory, type Origin } from './item';
import type { RefusedFiles } from './problems';
import { baseKey, measuredAlike, shelfSpec, sourceOf, usable } from './shelf-spec';
import { AdapterTaking } from './taking';

export interface AdapterShelfOptions {
  lab: Pick<Lab, 'shelf'>;
  editor: Pick<SpecEditor, 'spec' | 'problems' | 'opening'>;
  runner: Pick<Runner, 'view' | 'busy' | 'heldBy'>;
  clock: { after(milliseconds: number, act: () => void): () => void };
}

/** Milliseconds that the settings rest before the shelf follows them. */
const REST = 500;

export class AdapterShelf {
  private readonly all = new Signal.State<readonly Item[]>([]);
  private readonly base = new Signal.State<number | null>(null);
  private readonly faults = new Signal.State<readonly Problem[]>([]);
  private readonly queued = new Signal.State(false);
  private readonly taking = new AdapterTaking();
  /** Changes with the base, so that what was measured on another is known to be of another. */
  private readonly made = new Signal.State(0);
  /** Adapters of runs that were taken away: they come back when they are trained anew. */
  private readonly gone = new Set<string>();
  /** Those that an engine failed with. */
  private readonly suspects = new WeakSet<Item>();
  private opened: { shelf: EngineShelf; base: string; runs: string; spec: Spec } | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private readonly stopFollowing: () => void;
  private stopWaiting = (): void => undefined;
  private life = new AbortController();
  private wasBusy = false;

  constructor(private readonly options: AdapterShelfOptions) {
    this.stopFollowing = effect(() => this.follow());
  }

  /** In the order in which they came. */
  get items(): readonly Item[] {
    return this.all.get();
  }

  /** Those that can be used. */
  get ready(): readonly Item[] {
    return this.items.filter(({ shelved }) => shelved !== null);
  }

  /** Loss of the base alone on the validation text, in nats per token; null: not measured yet. */
  get baseLoss(): number | null {
    return this.base.get();
  }

  /** Why files that were given are not on the shelf, and why it could not be opened. */
  get problems(): readonly Problem[] {
    return this.faults.get();
  }

  /** Whether it waits for an experiment, which is measured alone. */
  get waits(): boolean {
    return this.queued.get();
  }

  /** What is being read; null: nothing is. */
  get reading(): Taking | null {
    return this.taking.reading;
  }

  /** Tells one opening of the shelf from another. */
  get epoch(): number {
    return this.made.get();
  }

  /** Whether what a run trains is on it. */
  has(spec: Spec, run: number): boolean {
    const key = keyOf(spec, run);
    return this.items.some(({ origin }) => origin.kind === 'run' && origin.key === key);
  }

  /** Whether the loss of an item is, by its tokens, the validation loss of the run that trained it. */
  isOfItsRun({ origin }: Item): boolean {
    return this.epoch > 0 && origin.kind === 'run' && this.opened !== null && measuredAlike(this.opened.spec.base, origin.config);
  }

  dismiss(): void {
    this.faults.set([]);
  }

  /** Takes in files that were dropped or chosen; those that are no adapters are said to be none. */
  async take(given: GivenFiles): Promise<void> {
    this.faults.set([]);
    const said = await this.taking.take(given, (name, files) => {
      const item = this.put(name, { kind: 'files', files });
      void this.refresh();
      void this.settled(item);
    });
    // The engine may have refused some meanwhile.
    if (said) this.faults.set([...said, ...this.faults.get()]);
  }

  stopTaking(): void {
    this.taking.stop();
  }

  /** Takes an adapter away. */
  remove(item: Item): void {
    if (item.origin.kind === 'run') this.gone.add(item.origin.key);
    const { shelved } = item;
    this.all.set(this.items.filter((one) => one !== item));
    if (shelved) void this.removed(shelved).catch(() => undefined);
  }

  /** Takes it off the engine's shelf, and tries again what there was no room for. */
  private async removed(shelved: Shelved): Promise<void> {
    await this.turn(async ({ shelf }) => {
      await shelf.remove(shelved);
      for (const item of this.items) if (lacksMemory(item.state)) item.state = { is: 'waiting' };
    });
    await this.refresh();
  }

  /** Mixes some, and puts the mixture beside them; its loss comes later. Fails with a `TinyaiError`. */
  async mix(name: string, parts: readonly { item: Item; weight: number }[], how: Mixing, rank: number | null): Promise<Item> {
    const item = await this.turn(async ({ shelf }) => {
      const mixed = parts.map(({ item, weight }) => ({ of: item.shelved!, weight }));
      const { shelved, files } = await shelf.mix(name, mixed, how, rank);
      const item = new Item(this.free(), name, { kind: 'mix', files, parts: parts.map(({ item: { name }, weight }) => ({ name, weight })), how, rank });
      item.state = { is: 'ready', shelved };
      this.all.set([...this.items, item]);
      return item;
    });
    void this.refresh();
    return item;
  }

  /** The files of PEFT; null where it has no such method. */
  async files(item: Item): Promise<PeftFiles | null> {
    if (item.origin.kind !== 'run') return item.origin.files;
    const { shelved } = item;
    return shelved === null || shelved.entry.file_bytes === null ? null : this.turn(({ shelf }) => shelf.ask('files', shelved, []));
  }

  /** Does something with the shelf as it is in the engine, after all else that was asked before. */
  turn<T>(act: (open: { shelf: EngineShelf }) => Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      this.life.signal.throwIfAborted();
      return act({ shelf: await this.open() });
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  dispose(): void {
    this.life.abort(new DOMException('the lab was closed', 'AbortError'));
    this.stopFollowing();
    this.stopWaiting();
    this.stopTaking();
    this.opened?.shelf.close();
    this.opened = null;
  }

  // ---- What comes from the experiment

  private follow(): void {
    const { runner, editor } = this.options;
    const { busy, view } = runner;
    // What is trained anew is wanted again.
    if (busy && !this.wasBusy) this.gone.clear();
    this.wasBusy = busy;
    const ended = busy ? [] : (view?.runs ?? []).flatMap(({ status }, run) => (status === 'finished' ? [run] : []));
    const base = baseKey(editor.spec);
    const usable = !editor.opening && editor.problems.length === 0;
    Signal.subtle.untrack(() => {
      for (const run of ended) this.takeRun(run);
      this.stopWaiting();
      if (usable && this.items.length > 0 && base !== this.opened?.base) this.stopWaiting = this.options.clock.after(REST, () => void this.refresh());
    });
  }

  /** Puts what a run has trained on the shelf, unless it is there. */
  private takeRun(run: number): void {
    const { runner } = this.options;
    const view = runner.view!;
    const config = resolve(view.spec, run);
    const key = keyOf(view.spec, run);
    const there = this.items.find(({ origin }) => origin.kind === 'run' && origin.key === key);
    if (there) {
      there.name = view.runs[run]!.name;
      return;
    }
    const state = runner.heldBy(run);
    if (!state || this.gone.has(key)) return;
    this.put(view.runs[run]!.name, { kind: 'run', key, config, state }, run);
    void this.refresh();
  }

  private put(name: string, origin: Origin, place = this.free()): Item {
    const taken = this.items.some((item) => item.place === place);
    const item = new Item(taken ? this.free() : place, name, origin);
    this.all.set([...this.items, item]);
    return item;
  }

  /** A place that neither an adapter has nor a run of the experiment. */
  private free(): number {
    const taken = new Set(this.items.map(({ place }) => place));
    let place = this.options.editor.spec.runs.length;
    while (taken.has(place)) place++;
    return place;
  }

  /** A file that is refused is told of above the list, and leaves no entry there, unless there may be room for it later. */
  private async settled(item: Item): Promise<void> {
    await this.last;
    const { state } = item;
    if (state.is !== 'refused' || lacksMemory(state) || !this.items.includes(item)) return;
    this.all.set(this.items.filter((one) => one !== item));
    this.faults.set([...this.faults.get(), ...problemsOfAdapter(item.name, state.problems).map((one): RefusedFiles => ({ ...one, refused: item.name }))]);
  }

  // ---- The shelf in the engine

  /** Has the engine hold what is on the shelf now, and measures what is new. */
  private async refresh(): Promise<void> {
    try {
      await this.turn(({ shelf }) => this.measure(shelf));
    } catch (error) {
      if (!this.life.signal.aborted) this.faults.set(problemsOf(error));
    }
  }

  private async measure(shelf: EngineShelf): Promise<void> {
    if (this.baseLoss === null) this.base.set(await shelf.ask('loss', null, []));
    const said: Problem[] = [];
    for (const item of this.items) {
      const { shelved } = item;
      if (!shelved || item.loss !== null) continue;
      try {
        item.loss = await shelf.ask('loss', shelved, []);
      } catch (error) {
        this.life.signal.throwIfAborted();
        said.push(...problemsOfAdapter(item.name, error));
      }
    }
    if (said.length > 0) throw new TinyaiError(said);
  }

  /** The engine's shelf with all that is to be on it: another one where the base, or what runs have trained, is another. */
  private async open(): Promise<EngineShelf> {
    const { lab, editor } = this.options;
    const { base: name } = editor.spec.base.model;
    const { items } = this;
    const spec = shelfSpec(editor.spec, usable(items, name));
    const [base, runs] = [baseKey(editor.spec), JSON.stringify(spec.runs)];
    if (this.opened?.base !== base || this.opened.runs !== runs) {
      const sameBase = this.opened?.base === base;
      this.opened?.shelf.close();
      this.opened = { shelf: lab.shelf(spec, (waits) => this.queued.set(waits)), base, runs, spec };
      for (const item of items) {
        const { loss } = item;
        item.state = { is: 'waiting' };
        if (sameBase) item.loss = loss;
      }
      if (!sameBase) {
        this.base.set(null);
        this.made.set(this.made.get() + 1);
      }
    }
    const { shelf } = this.opened;
    const waiting = items.filter(({ state }) => state.is === 'waiting');
    // What fails here is the base's, and no adapter's.
    if (waiting.length > 0) await shelf.open();
    for (const item of waiting) await this.shelve(shelf, item, () => sourceOf(item, items, name));
    return shelf;
  }

  /** One that cannot be used is refused, and the others go on. */
  private async shelve(shelf: EngineShelf, item: Item, source: () => ShelfSource): Promise<void> {
    const { loss, name } = item;
    const isGone = (): boolean => !this.items.includes(item);
    if (isGone()) return;
    try {
      const shelved = await shelf.add(name, source());
      if (isGone()) return await shelf.remove(shelved);
      this.suspects.delete(item);
      item.state = { is: 'ready', shelved };
      item.loss = loss;
    } catch (error) {
      this.life.signal.throwIfAborted();
      const problems = problemsOf(error);
      // The engine may be at fault, not the adapter: it is tried once more, with the next that is asked.
      if (problems.some(({ code }) => code === 'internal') && !this.suspects.has(item)) {
        this.suspects.add(item);
        throw error;
      }
      item.state = { is: 'refused', problems };
    }
  }
}

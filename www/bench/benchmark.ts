/** The state of the page: what is to be measured, what is being measured, and what was. */
import { GROUPS, LIBRARIES, type Row } from '../../tests/bench/groups.mjs';
import { measure, millisecondsOf, peakOf, peersOf, told, type Measured, type Told } from '../../tests/bench/measure.mjs';
import { firstToLoad, there, usable, type Features, type Variant } from '../engine/variants';
import type { ClockPort } from '../shell/ports';
import { readChoice, threadCounts, writeChoice, type Choice, type Refused } from './choice';
import { closedFrame, type Frame, type OpenFrame } from './frames';
import type { Machine, QueryPort } from './ports';

/** A row on its way. */
export interface RowView {
  group: string;
  row: Row;
  threads: number;
  peers: boolean;
  status: 'waiting' | 'running' | 'done';
  result: Told | undefined;
  /** Reasons by library. */
  failures: Map<string, string>;
}

export type Phase = 'idle' | 'running' | 'finished' | 'stopped' | 'failed';

/** How long one form of a library is measured in one round, as on the command line. */
const FORM_MILLISECONDS = 150;
/** Forms that one mode of a peer has, about. */
const PEER_FORMS = 2;
/** Preparing, the peak and the first calls: how much longer a round takes than its measurements. */
const OVERHEAD = 1.5;

export interface BenchmarkOptions {
  machine: Machine;
  query: QueryPort;
  clock: ClockPort;
  /** Asks the browser what it can do. */
  probe: () => Promise<Features>;
  open: OpenFrame;
  /** Settles when what has changed is drawn. */
  drawn: () => Promise<void>;
}

/** Tells of its changes by an event `change`. */
export class Benchmark extends EventTarget {
  readonly machine: Machine;
  /** The engine's build; null: not known yet; undefined: none runs here, and `problem` says why if one should. */
  variant: string | null | undefined = null;
  /** Numbers of threads to choose from. */
  counts = [1];
  choice: Choice = readChoice('', [1], false).choice;
  /** What the address asks for and cannot be measured here; none once something else is chosen. */
  refused: readonly Refused[] = [];
  phase: Phase = 'idle';
  /** The library that is being opened, by its id. */
  loading: string | null = null;
  /** Why all ended. */
  problem = '';
  rows: RowView[] = [];
  rounds = 0;
  /** A first measurement of the peak by number of threads; NaN where it could not be measured. */
  readonly peaks = new Map<number, number>();
  ended: Date | null = null;
  elapsedSeconds = 0;

  private began = 0;
  private done = 0;
  private total = 1;
  private ending: AbortController | null = null;
  private readonly life = new AbortController();

  constructor(private readonly options: BenchmarkOptions) {
    super();
    this.machine = options.machine;
  }

  /** Reads the address, and finds the build that runs here as the lab does: by loading it. */
  async start(): Promise<void> {
    try {
      const variants = there(usable(await this.options.probe()));
      this.offer(variants[0]);
      const { loaded, failures } = await firstToLoad(variants, (variant) => this.tried(variant));
      if (loaded !== variants[0]) this.offer(loaded ?? undefined);
      this.variant = loaded?.name;
      if (!loaded) this.problem = failures.join('; ');
    } catch (error) {
      this.variant = undefined;
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.changed();
  }

  /** What can be chosen with that build, and what of it the address chooses. */
  private offer(variant: Variant | undefined): void {
    const { cores, peerBytes } = this.machine;
    this.counts = threaded(variant) ? threadCounts(cores) : [1];
    Object.assign(this, readChoice(this.options.query.read(), this.counts, peerBytes > 0));
    this.changed();
  }

  private async tried(variant: Variant): Promise<Variant> {
    const frame = await this.options.open('ours', threaded(variant) ? this.machine.cores : 1, variant.name, this.life.signal);
    frame.leave();
    return variant;
  }

  get busy(): boolean {
    return this.phase === 'running';
  }

  get ready(): boolean {
    return !!this.variant && this.choice.groups.length > 0 && this.choice.threads.length > 0;
  }

  /** Rows that are measured or failed. */
  get rowsDone(): number {
    return this.rows.filter(({ status }) => status === 'done').length;
  }

  /** How far it is, from 0 to 1. */
  get progress(): number {
    return Math.min(1, this.done / this.total);
  }

  /** Seconds left; null while too little is measured to tell. */
  get remainingSeconds(): number | null {
    if (this.progress < 0.02) return null;
    return ((this.options.clock.now() - this.began) / 1000) * (1 / this.progress - 1);
  }

  /** Seconds that the choice will take, about. */
  get expectedSeconds(): number {
    const { groups, threads, rounds, peers } = this.choice;
    const rows = threads.flatMap((count) => groups.flatMap((group) => GROUPS[group]!.map((row) => weight(group, row, count, peers))));
    return (OVERHEAD * rounds * rows.reduce((sum, each) => sum + each, 0)) / 1000;
  }

  /** The rows that this engine could do. */
  get results(): Told[] {
    return this.rows.flatMap(({ result }) => (result && Number.isFinite(result.ours) ? result : []));
  }

  /** The multiply-add peak on a number of threads; NaN where it could not be measured. */
  peak(threads: number): number {
    const measured = peakOf(this.results, threads);
    return Number.isFinite(measured) ? measured : (this.peaks.get(threads) ?? NaN);
  }

  choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.refused = [];
    this.options.query.write(writeChoice(this.choice));
    this.changed();
  }

  stop(): void {
    this.ending?.abort();
  }

  /** Ends whatever is under way; the frames of all libraries are gone soon after. */
  dispose(): void {
    this.life.abort();
    this.stop();
  }

  /** Measures what is chosen; a library that cannot do a row is left out of it. */
  async run(): Promise<void> {
    const { groups, threads, rounds, peers } = this.choice;
    const ending = (this.ending = new AbortController());
    const frames: Frame[] = [];
    this.rows = threads.flatMap((count) =>
      groups.flatMap((group) =>
        GROUPS[group]!.map((row): RowView => ({ group, row, threads: count, peers, status: 'waiting', result: undefined, failures: new Map() })),
      ),
    );
    Object.assign(this, { phase: 'running', problem: '', rounds, ended: null, done: 0, began: this.options.clock.now() });
    this.total = rounds * this.rows.reduce((sum, { group, row, threads }) => sum + weight(group, row, threads, peers), 0);
    this.peaks.clear();
    this.changed();
    try {
      for (const count of threads) {
        await this.runOn(count, frames, ending.signal);
        frames.splice(0).forEach((frame) => frame.leave());
      }
      this.phase = 'finished';
    } catch (error) {
      this.phase = ending.signal.aborted ? 'stopped' : 'failed';
      this.problem = error instanceof Error ? error.message : String(error);
    }
    frames.forEach((frame) => frame.leave());
    this.loading = null;
    this.ended = new Date();
    this.elapsedSeconds = (this.options.clock.now() - this.began) / 1000;
    for (const view of this.rows) if (view.status === 'running') view.status = 'done';
    this.changed();
  }

  /** All rows on one number of threads; adds what it opens to `frames`. */
  private async runOn(threads: number, frames: Frame[], signal: AbortSignal): Promise<void> {
    const { choice, rows, rounds } = this;
    const open = async (library: string, mode: string | undefined): Promise<Frame> => {
      signal.throwIfAborted();
      this.loading = library;
      await this.drawn();
      const frame = await this.options.open(library, threads, mode, signal);
      if (signal.aborted) frame.leave();
      signal.throwIfAborted();
      frames.push(frame);
      return frame;
    };
    const ours = await open('ours', this.variant ?? undefined);
    await this.measurePeak(ours, threads, signal);
    const handles = [ours];
    for (const library of choice.peers ? peersOf(choice.groups) : []) {
      const { modes } = LIBRARIES[library]!;
      const closed = (error: unknown): Frame => {
        signal.throwIfAborted();
        return closedFrame(library, error);
      };
      for (const mode of modes(threads)) handles.push(await open(library, mode).catch(closed));
    }
    this.loading = null;
    for (const view of rows.filter((view) => view.threads === threads)) {
      const { group, row } = view;
      const before = this.done;
      const whole = weight(group, row, threads, choice.peers);
      view.status = 'running';
      const after = async (round: number, measured: Measured): Promise<void> => {
        signal.throwIfAborted();
        this.take(view, measured);
        this.done = before + (round + 1) * whole;
        await this.drawn();
      };
      await this.drawn();
      signal.throwIfAborted();
      this.take(view, await measure(group, row, threads, handles, { rounds, ms: FORM_MILLISECONDS, signal, after }));
      view.status = 'done';
    }
    await this.drawn();
  }

  /** A first measurement of the peak. A browser may lack what its loops need: then there is none. */
  private async measurePeak(ours: Frame, threads: number, signal: AbortSignal): Promise<void> {
    const peak = await ours.peak!(threads, 'peak').catch(() => NaN);
    signal.throwIfAborted();
    if (Number.isNaN(peak)) delete ours.peak;
    this.peaks.set(threads, peak);
  }

  private take(view: RowView, measured: Measured): void {
    view.result = told(view.group, view.row, view.threads, this.variant!, measured);
    for (const [{ library }, reason] of measured.failures) view.failures.set(library, reason);
  }

  /** Draws what has changed, and waits until that is over: drawing takes time from what is measured next. */
  private async drawn(): Promise<void> {
    this.changed();
    await this.options.drawn();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

const threaded = (variant: Variant | undefined): boolean => variant?.needs.includes('threads') ?? false;

/** Milliseconds that the measurements of one round of a row take, about. */
function weight(group: string, row: Row, threads: number, peers: boolean): number {
  const modes = peers ? row.peers.reduce((sum, library) => sum + LIBRARIES[library]!.modes(threads).length, 0) : 0;
  return millisecondsOf(group, FORM_MILLISECONDS) * (1 + (group === 'train' ? 1 : PEER_FORMS) * modes);
}

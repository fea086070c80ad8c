/** The ranks of a run on several: they do what the engine orders. */
import type { AtGate } from '../types/generated/AtGate';
import type { Problem } from '../types/generated/Problem';
import { TinyaiError, problemsOf } from './error';
import type { EngineHost } from './host';
import { LinkedAbort } from './linked';
import type { Loading } from './assets';
import { World } from './world/world';
import type { Answer, Order } from './wasm';

/** What ranks need beside what they are ordered. */
export interface RanksOptions {
  host: EngineHost;
  /** Paths of the files that the experiment reads. */
  paths: string[];
  signal: AbortSignal;
  onGate?: ((at: AtGate) => void) | undefined;
  onLoading?: ((loading: Loading) => void) | undefined;
}

/** Milliseconds that ranks have to end by themselves. */
const STOP_WITHIN = 500;

export class Ranks {
  /** The world of the run in turn. */
  world: World | null = null;
  /** The run whose ranks they are. */
  private run: number | null = null;
  private gated = false;
  /** Ends the opening of a world. */
  private opening: AbortController | null = null;

  constructor(private readonly options: RanksOptions) {}

  /** Has the ranks obey; why they could not, where they could not. */
  async obey({ run, program, states, by_hand: byHand }: Order): Promise<Answer[] | Problem> {
    this.run = run;
    try {
      if (typeof program === 'object' && 'open' in program) return await this.open(program.open.ranks, program.open.transport);
      const { world } = this;
      // The run was cancelled while this was on its way, and hears no answer.
      if (!world) throw new Error('These ranks were ended.');
      if (program === 'close') {
        this.world = null;
        await world.close().catch(() => undefined);
        return [{ reply: 'done', state: null }];
      }
      // Ranks that are built anew have no gates.
      if (typeof program === 'object' && 'prepare' in program) this.gated = false;
      if (program === 'train' && byHand !== this.gated && world.transport === 'ports') await this.toggleGates(world, byHand);
      const answers = await world.obey(program, states);
      if (typeof program === 'object' && 'pilot' in program) {
        const pilots = answers.flatMap(({ reply }) => (typeof reply === 'object' && 'pilot' in reply ? reply.pilot.pilot : []));
        world.expect(pilots, this.options.host.cores);
      }
      return answers;
    } catch (error) {
      this.end();
      const problems = problemsOf(error);
      return problems[0] ?? problemsOf(new Error('ranks failed without a word'))[0]!;
    }
  }

  /** A run is over, or to be cancelled: its ranks need not end what they do. */
  endRun(run: number): void {
    if (this.run === run) this.end();
  }

  /** Stops what runs and ends the ranks, at the latest after half a second. */
  end(): void {
    const { world } = this;
    this.world = null;
    this.opening?.abort(new TinyaiError([]));
    if (!world) return;
    world.stop();
    // A rank that builds its model does not hear that at once, and one that is gone never does.
    setTimeout(() => world.terminate(), STOP_WITHIN);
  }

  private async open(ranks: number, wanted: 'auto' | 'shared' | 'ports'): Promise<Answer[]> {
    const { host, paths, onGate, onLoading } = this.options;
    this.world?.terminate();
    this.gated = false;
    this.opening = new AbortController();
    const link = new LinkedAbort(this.options.signal, this.opening.signal);
    const { signal } = link;
    try {
      const world = await World.open({
        ranks,
        build: await host.rankBuild(signal),
        start: (rank, signal) => host.startRank(rank, signal),
        transport: wanted === 'auto' ? undefined : wanted,
        files: () => host.assets.forWorker(paths, { signal, onProgress: onLoading }),
        ...(onGate && { onGate }),
        signal,
      });
      if (signal.aborted) {
        world.terminate();
        throw signal.reason;
      }
      this.world = world;
    } finally {
      link.unlink();
      this.opening = null;
    }
    return [{ reply: { opened: { transport: this.world.transport } }, state: null }];
  }

  private async toggleGates(world: World, on: boolean): Promise<void> {
    await world.gate(on);
    this.gated = on;
  }
}

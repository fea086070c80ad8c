/** A world of ranks: a Web Worker each, with its own engine and memory, that exchange messages. */
import { TinyaiError, problem } from '../engine/error';
import { sharesMemory } from '../engine/variants';
import type { AtGate } from '../types/generated/AtGate';
import type { Pilot } from '../types/generated/Pilot';
import type { Loading } from '../workers/protocol';
import type { Program, Wire } from './protocol';
import { RankWorker } from './rank-worker';
import { sharedBytes, wiresOf } from './wires';

/** How a world is made. */
export interface WorldOptions {
  ranks: number;
  /** Shared memory where the page is cross-origin isolated, else ports. */
  transport?: Wire['kind'];
  /** Where the folders of the engine's variants are; by default `engine/` beside the page. */
  engineBase?: string | URL;
  /** Where `models/` and `corpora/` are; by default beside the page. */
  assetBase?: string | URL;
  /** Bytes of the ring from one rank to another; the largest power of two that fits is used. */
  ringBytes?: number;
  /** The visitor's own files, by name. */
  files?: Map<string, Uint8Array>;
  onGate?: (at: AtGate) => void;
  onLoading?: (loading: Loading) => void;
  /** Ends the workers while they load. */
  signal?: AbortSignal;
}

/** A rank that gave no sign of life. */
export interface Silent {
  rank: number;
  milliseconds: number;
}

/** Words of the shared memory (`src/parallel/transport/memory.rs`). */
const STOP_WORD = 0;
const LOST_WORD = 1;

/** Milliseconds without a sign of life after which a rank counts as lost. */
const PATIENCE = 1500;
/** The same while a rank builds its model, or measures how long a segment takes: it tells of itself before and after. */
const BUILDING = 20_000;
const BUILDS: Program['program'][] = ['pilot', 'prepare', 'restore'];
/** Milliseconds between two looks at the ranks. */
const LOOK = 100;

/** All ranks; each call reaches every one of them. */
export class World {
  /** The engine's build that the ranks have loaded. */
  variant = '';
  /** The rank that gave no sign of life, once one did not. */
  silent: Silent | null = null;
  /** Milliseconds that a rank may compute without a sign of life; raised where one segment takes long. */
  patience = PATIENCE;

  private readonly workers: RankWorker[];
  private watch = 0;
  private watched = 0;
  private watchPatience = PATIENCE;

  private constructor(
    readonly transport: Wire['kind'],
    options: WorldOptions,
    private readonly words: Int32Array | null,
  ) {
    const listener = (rank: number) => ({ failed: () => this.lose(rank), gate: options.onGate, loading: options.onLoading });
    this.workers = Array.from({ length: options.ranks }, (_, rank) => new RankWorker(rank, listener(rank)));
  }

  /** Starts the workers and joins them. */
  static async open(options: WorldOptions): Promise<World> {
    const { ranks, transport, ringBytes } = options;
    if (!Number.isInteger(ranks) || ranks < 1) throw new RangeError(`ranks is ${ranks}; it has to be an integer from 1 on`);
    const kind = transport ?? (sharesMemory() ? 'shared' : 'ports');
    if (kind === 'shared' && !sharesMemory()) {
      const isolated = globalThis.crossOriginIsolated === true;
      throw new TinyaiError([
        problem(
          'not_allowed',
          `${isolated ? 'This browser has no SharedArrayBuffer' : 'This page is not cross-origin isolated'}, so its workers cannot share memory; use the transport "ports".`,
          `${isolated ? '此浏览器没有 SharedArrayBuffer' : '本页没有跨源隔离'}，工作线程之间不能共享内存；请改用 ports 传输方式。`,
        ),
      ]);
    }
    const memory = kind === 'shared' ? new SharedArrayBuffer(sharedBytes(ranks, ringBytes)) : null;
    const world = new World(kind, options, memory && new Int32Array(memory));
    const page = globalThis.document?.baseURI ?? globalThis.location?.href;
    const engineBase = new URL(options.engineBase ?? 'engine/', page).href;
    const assetBase = new URL(options.assetBase ?? '.', page).href;
    const wires = wiresOf(ranks, memory);
    const abort = (): void => world.terminate();
    options.signal?.addEventListener('abort', abort);
    if (options.signal?.aborted) abort();
    try {
      await world.each(async (worker) => {
        world.variant = (await worker.call({ type: 'open', engineBase, assetBase })) as string;
        for (const [name, bytes] of options.files ?? []) await worker.call({ type: 'file', name, bytes });
        const wire = wires[worker.rank]!;
        const ports = wire.kind === 'ports' ? wire.ports.filter((port) => port !== null) : [];
        return worker.call({ type: 'join', rank: worker.rank, ranks, wire }, ports);
      });
    } catch (error) {
      world.terminate();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
    return world;
  }

  get ranks(): number {
    return this.workers.length;
  }

  /** Runs a program on all ranks; what each gave, in their order. Where one fails, its error is that of the whole. */
  async run(program: Program | ((rank: number) => Program)): Promise<unknown[]> {
    const of = (rank: number): Program => (typeof program === 'function' ? program(rank) : program);
    this.startWatch(BUILDS.includes(of(0).program) ? Math.max(BUILDING, this.patience) : this.patience);
    try {
      return await this.each((worker) => worker.call({ type: 'run', ...of(worker.rank) }));
    } finally {
      this.stopWatch();
    }
  }

  /** Sets the patience by what the pilot measured: a rank gives a sign of life after each segment, and shares its core with others. */
  expect(pilots: Pilot[], cores: number): void {
    const seconds = pilots.flatMap(({ segments }) => segments.flatMap((segment) => [segment.forward, segment.backward_input + segment.backward_weight]));
    const takeTurns = Math.max(1, this.ranks / cores);
    this.patience = Math.max(PATIENCE, 4000 * takeTurns * Math.max(...seconds));
  }

  /** Lets a rank do the action that it waits before. */
  pass(rank: number): void {
    this.workers[rank]?.tell({ type: 'pass' });
  }

  /** Ends a rank's worker, and tells nobody. */
  kill(rank: number): void {
    this.workers[rank]?.kill();
  }

  /** Lets a rank hang. */
  hang(rank: number): void {
    this.workers[rank]?.tell({ type: 'hang' });
  }

  /** Stops what runs, within about 100 ms; the world can then only be closed. */
  stop(): void {
    if (this.words) Atomics.store(this.words, STOP_WORD, 1);
    for (const worker of this.workers) worker.tell({ type: 'stop' });
  }

  /** Ends all ranks when they have seen their messages out, and their workers; one that is gone is not waited for. */
  async close(): Promise<void> {
    this.startWatch(this.patience);
    try {
      await this.each((worker) => worker.call({ type: 'close' }));
    } finally {
      this.terminate();
    }
  }

  /** Ends the workers at once. */
  terminate(): void {
    this.stopWatch();
    for (const worker of this.workers) worker.end();
  }

  private each(call: (worker: RankWorker) => Promise<unknown>): Promise<unknown[]> {
    return Promise.all(this.workers.map(call));
  }

  /** Tells all ranks of the first that failed; those that then fail name it. */
  private lose(rank: number): void {
    if (this.words) Atomics.compareExchange(this.words, LOST_WORD, 0, rank + 1);
    for (const worker of this.workers) if (worker.rank !== rank) worker.tell({ type: 'lose', rank });
  }

  private startWatch(patience = this.watchPatience): void {
    this.watchPatience = patience;
    const now = performance.now();
    for (const worker of this.workers) worker.lastBeat = now;
    this.watched = now;
    this.watch ||= setInterval(() => this.look(), LOOK) as unknown as number;
  }

  private stopWatch(): void {
    clearInterval(this.watch);
    this.watch = 0;
  }

  /** Looks for a rank that has to answer and gives no sign of life. */
  private look(): void {
    const now = performance.now();
    const late = now - this.watched > 5 * LOOK;
    this.watched = now;
    // This page itself stood still, or sleeps in the background: what was posted meanwhile is heard only now.
    if (late) return this.startWatch();
    const worker = this.workers.find((worker) => worker.busy && now - worker.lastBeat > this.watchPatience);
    if (!worker) return;
    const { rank } = worker;
    const milliseconds = Math.round(now - worker.lastBeat);
    this.silent = { rank, milliseconds };
    this.stopWatch();
    const en = `Rank ${rank} has given no sign of life for ${milliseconds} ms: it has ended or hung. The run can go on from its last snapshot, with a new rank.`;
    const zh = `rank ${rank} 已有 ${milliseconds} 毫秒没有响应：它已结束或卡住。可以用新的 rank 从最近的快照继续训练。`;
    this.lose(rank);
    worker.end(problem('rank_lost', en, zh, `${rank}`));
  }
}

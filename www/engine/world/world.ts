/** A world of ranks: a Web Worker each, with its own engine and memory, that exchange messages. */
import type { AtGate } from '../../types/generated/AtGate';
import type { Pilot } from '../../types/generated/Pilot';
import type { Problem } from '../../types/generated/Problem';
import type { Program } from '../../types/generated/Program';
import { TinyaiError, problem } from '../error';
import type { Build, RankEvents, RankMethods, Wire } from '../methods';
import type { RpcClient } from '../rpc';
import { sharesMemory } from '../variants';
import type { Answer, Files } from '../wasm';
import { Watch } from './watch';
import { sharedBytes, wiresOf } from './wires';

/** A rank's worker, seen from the page. */
export type RankClient = RpcClient<RankMethods, RankEvents>;

/** How a world is made. */
export interface WorldOptions {
  ranks: number;
  build: Build;
  /** Starts a worker and greets it. */
  start: (rank: number, signal: AbortSignal) => Promise<RankClient>;
  /** Shared memory where workers of this page can have it, else ports. */
  transport?: Wire['kind'] | undefined;
  /** Bytes of the ring from one rank to another; the largest power of two that fits is used. */
  ringBytes?: number;
  /** The files that ranks read: each gets its own, or all the same in shared memory. */
  files?: () => Promise<{ files: Files; transfer: Transferable[] }>;
  onGate?: (at: AtGate) => void;
  signal: AbortSignal;
}

/** Words of the shared memory (`src/parallel/transport/memory.rs`). */
const STOP_WORD = 0;
const LOST_WORD = 1;

/** Milliseconds without a sign of life after which a rank counts as lost. */
const PATIENCE = 1500;
/** The same while a rank builds its model, or measures how long a segment takes: it tells of itself before and after. */
const BUILDING = 20_000;
const BUILDS = ['pilot', 'prepare', 'restore', 'snapshot'];

/** All ranks; each call reaches every one of them. */
export class World {
  /** The rank that gave no sign of life, once one did not. */
  silent: { rank: number; milliseconds: number } | null = null;
  /** Milliseconds that a rank may compute without a sign of life; raised where one segment takes long. */
  patience = PATIENCE;

  private readonly watch: Watch;

  private constructor(
    readonly transport: Wire['kind'],
    private readonly clients: RankClient[],
    private readonly words: Int32Array | null,
    onGate: WorldOptions['onGate'],
  ) {
    this.watch = new Watch(clients, (rank, milliseconds) => this.fellSilent(rank, milliseconds));
    clients.forEach((client, rank) => {
      if (onGate) client.on('gate', onGate);
      void client.ended.then(() => this.lose(rank));
    });
  }

  /** Starts the workers and joins them. */
  static async open({ ranks, build, start, transport, ringBytes, files, onGate, signal }: WorldOptions): Promise<World> {
    if (!Number.isInteger(ranks) || ranks < 1) throw new RangeError(`ranks is ${ranks}; it has to be an integer from 1 on`);
    const kind = transport ?? (sharesMemory() ? 'shared' : 'ports');
    if (kind === 'shared' && !sharesMemory()) throw new TinyaiError([notShared()]);
    const memory = kind === 'shared' ? new SharedArrayBuffer(sharedBytes(ranks, ringBytes)) : null;
    const wires = wiresOf(ranks, memory);
    const starting = Array.from({ length: ranks }, (_, rank) => start(rank, signal));
    try {
      const clients = await Promise.all(starting);
      const world = new World(kind, clients, memory && new Int32Array(memory), onGate);
      await world.each(async (client, rank) => {
        await client.call('load', build, { signal });
        const wire = wires[rank]!;
        const ports = wire.kind === 'ports' ? wire.ports.filter((port) => port !== null) : [];
        await client.call('join', { rank, ranks, wire }, { signal, transfer: ports });
        const parcel = await files?.();
        if (parcel) await client.call('takeFiles', parcel.files, { signal, transfer: parcel.transfer });
      });
      return world;
    } catch (error) {
      for (const client of await Promise.allSettled(starting)) if (client.status === 'fulfilled') client.value.close();
      throw error;
    }
  }

  get ranks(): number {
    return this.clients.length;
  }

  /** Has all ranks obey a program; what each answers, in their order. Where one fails, its error is that of the whole. */
  async obey(program: Program, states: Uint8Array[] = []): Promise<Answer[]> {
    const builds = BUILDS.includes(typeof program === 'object' ? Object.keys(program)[0]! : program);
    this.watch.begin(builds ? Math.max(BUILDING, this.patience) : this.patience);
    try {
      return await this.each((client, rank) => client.call('obey', { program, state: states[rank] ?? null }));
    } finally {
      this.watch.end();
    }
  }

  /** Checks every collective; the number of checks. */
  async selfCheck(): Promise<number[]> {
    return this.each((client) => client.call('selfCheck'));
  }

  /** Median seconds of an all-reduce of `floats` floats, at each rank. */
  async allReduce(floats: number, algorithm: 'ring' | 'tree' | 'naive', rounds: number): Promise<number[]> {
    return this.each((client) => client.call('allReduce', { floats, algorithm, rounds }));
  }

  /** Sets the patience by what the pilot measured: a rank gives a sign of life after each segment, and shares its core with others. */
  expect(pilots: Pilot[], cores: number): void {
    const takeTurns = Math.max(1, this.ranks / cores);
    for (const { segments } of pilots) {
      for (const { forward, backward_input, backward_weight } of segments) {
        this.patience = Math.max(this.patience, 4000 * takeTurns * Math.max(forward, backward_input + backward_weight));
      }
    }
  }

  /** Whether ranks wait before each action of the steps to come. */
  async gate(on: boolean): Promise<void> {
    // Nothing is computed meanwhile that haste would save, and on a machine with few cores ranks take turns.
    this.watch.begin(Math.max(BUILDING, this.patience));
    try {
      await this.each((client) => client.call('gate', on));
    } finally {
      this.watch.end();
    }
  }

  /** Lets a rank do the action that it waits before. */
  pass(rank: number): void {
    this.clients[rank]?.notify('pass', undefined);
  }

  /** Ends a rank's worker, and tells nobody: as if its tab had been closed. */
  kill(rank: number): void {
    this.clients[rank]?.silence();
  }

  /** Lets a rank hang. */
  hang(rank: number): void {
    this.clients[rank]?.notify('hang', undefined);
  }

  /** Stops what runs, within about 100 ms; the world can then only be closed. */
  stop(): void {
    if (this.words) Atomics.store(this.words, STOP_WORD, 1);
    for (const client of this.clients) client.notify('stop', undefined);
  }

  /** Ends all ranks when they have seen their messages out, and their workers; one that is gone is not waited for. */
  async close(): Promise<void> {
    this.watch.begin(this.patience);
    try {
      await this.each((client) => client.call('close'));
    } finally {
      this.terminate();
    }
  }

  /** Ends the workers at once. */
  terminate(): void {
    this.watch.end();
    for (const client of this.clients) client.close(problem('rank_lost', 'The run was closed.', '运行已关闭。'));
  }

  private each<T>(call: (client: RankClient, rank: number) => Promise<T>): Promise<T[]> {
    const calls = this.clients.map(async (client, rank) => {
      try {
        return await call(client, rank);
      } catch (error) {
        this.lose(rank);
        throw error;
      }
    });
    return Promise.all(calls);
  }

  /** Tells all ranks of the first that failed; those that then fail name it. */
  private lose(lost: number): void {
    if (this.words) Atomics.compareExchange(this.words, LOST_WORD, 0, lost + 1);
    this.clients.forEach((client, rank) => {
      if (rank !== lost) client.notify('lose', lost);
    });
  }

  private fellSilent(rank: number, milliseconds: number): void {
    this.silent = { rank, milliseconds };
    this.lose(rank);
    this.clients[rank]!.close(fellSilent(rank, milliseconds));
  }
}

function notShared(): Problem {
  const isolated = globalThis.crossOriginIsolated === true;
  const why = isolated ? 'This browser has no SharedArrayBuffer' : 'This page is not cross-origin isolated';
  return {
    ...problem(
      'not_allowed',
      `${why}, so its workers cannot share memory; use {communication.transport=ports} for {communication.transport}.`,
      `${isolated ? '此浏览器没有 SharedArrayBuffer' : '本页没有跨源隔离'}，工作线程之间不能共享内存；请把{communication.transport}改为{communication.transport=ports}。`,
    ),
    field: 'communication.transport',
  };
}

function fellSilent(rank: number, milliseconds: number): Problem {
  return problem(
    'rank_lost',
    `Rank ${rank} has given no sign of life for ${milliseconds} ms: it has ended or hung, and the others cannot go on without it.`,
    `进程 ${rank} 已有 ${milliseconds} 毫秒没有响应：它已结束或卡住，其他进程无法继续。`,
    `${rank}`,
  );
}

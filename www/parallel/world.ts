/** A world of ranks: a Web Worker each, with its own engine and memory, that exchange messages. */
import type { Program, RankReply, RankRequest, Wire } from './protocol';

/** How a world is made. */
export interface WorldOptions {
  ranks: number;
  /** Shared memory where the page is cross-origin isolated, else ports. */
  transport?: Wire['kind'];
  /** Where the folders of the engine's variants are; by default `engine/` beside the page. */
  engineBase?: string | URL;
  /** Bytes of the ring from one rank to another; the largest power of two that fits is used. */
  ringBytes?: number;
}

/** Words of the shared memory (`src/parallel/transport/memory.rs`). */
const STOP_WORD = 0;
const LOST_WORD = 1;
const LINE = 64;

const MOST_RING_BYTES = 1 << 20;
const MOST_BYTES = 16 << 20;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Sent = RankRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

/** One rank's worker and what it has yet to answer. */
class RankWorker {
  private readonly worker = new Worker(new URL('../workers/rank.worker.ts', import.meta.url), { type: 'module', name: 'rank' });
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(
    readonly rank: number,
    onFailed: () => void,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<RankReply>) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.type === 'done') return waiting?.resolve(data.value);
      onFailed();
      waiting?.reject(new Error(data.message));
    };
    this.worker.onerror = (event) => {
      onFailed();
      this.end(`The worker of rank ${rank} failed: ${event.message || 'it could not be started'}`);
    };
  }

  call(request: Sent, transfer: Transferable[] = []): Promise<unknown> {
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ ...request, id }, transfer);
    return answer;
  }

  tell(request: RankRequest & { type: 'stop' | 'lose' }): void {
    this.worker.postMessage(request);
  }

  /** Nobody is left waiting. */
  end(reason: string): void {
    this.worker.terminate();
    for (const waiting of this.waiting.values()) waiting.reject(new Error(reason));
    this.waiting.clear();
  }
}

/** All ranks; each call reaches every one of them. */
export class World {
  private readonly workers: RankWorker[];

  private constructor(
    readonly transport: Wire['kind'],
    ranks: number,
    private readonly words: Int32Array | null,
  ) {
    this.workers = Array.from({ length: ranks }, (_, rank) => new RankWorker(rank, () => this.lose(rank)));
  }

  /** Starts the workers and joins them. */
  static async open({ ranks, transport, engineBase, ringBytes }: WorldOptions): Promise<World> {
    if (!Number.isInteger(ranks) || ranks < 1) throw new RangeError(`ranks is ${ranks}; it has to be an integer from 1 on`);
    const kind = transport ?? (globalThis.crossOriginIsolated === true ? 'shared' : 'ports');
    if (kind === 'shared' && typeof SharedArrayBuffer === 'undefined') {
      throw new Error('This page is not cross-origin isolated, so its workers cannot share memory; use the transport "ports".');
    }
    const memory = kind === 'shared' ? new SharedArrayBuffer(sharedBytes(ranks, ringBytes)) : null;
    const world = new World(kind, ranks, memory && new Int32Array(memory));
    const base = new URL(engineBase ?? 'engine/', globalThis.document?.baseURI ?? globalThis.location?.href).href;
    const wires = memory ? Array.from({ length: ranks }, (): Wire => ({ kind: 'shared', memory })) : connect(ranks);
    try {
      await world.each((worker) => {
        const wire = wires[worker.rank]!;
        const ports = wire.kind === 'ports' ? wire.ports.filter((port) => port !== null) : [];
        return worker.call({ type: 'join', engineBase: base, rank: worker.rank, ranks, wire }, ports);
      });
    } catch (error) {
      world.terminate();
      throw error;
    }
    return world;
  }

  /** Runs a program on all ranks; what each gave, in their order. Where one fails, its error is that of the whole. */
  run(program: Program): Promise<unknown[]> {
    return this.each((worker) => worker.call({ type: 'run', ...program }));
  }

  /** Stops what runs, within about 100 ms; the world can then only be closed. */
  stop(): void {
    if (this.words) Atomics.store(this.words, STOP_WORD, 1);
    for (const worker of this.workers) worker.tell({ type: 'stop' });
  }

  /** Ends all ranks when they have seen their messages out, and their workers. */
  async close(): Promise<void> {
    try {
      await this.each((worker) => worker.call({ type: 'close' }));
    } finally {
      this.terminate();
    }
  }

  /** Ends the workers at once. */
  terminate(): void {
    for (const worker of this.workers) worker.end('The world was closed.');
  }

  private each(call: (worker: RankWorker) => Promise<unknown>): Promise<unknown[]> {
    return Promise.all(this.workers.map(call));
  }

  /** Tells all ranks of the first that failed; those that then fail name it. */
  private lose(rank: number): void {
    if (this.words) Atomics.compareExchange(this.words, LOST_WORD, 0, rank + 1);
    for (const worker of this.workers) if (worker.rank !== rank) worker.tell({ type: 'lose', rank });
  }
}

/** A line for the run, for each rank, for each end of each ring; and the rings. */
function sharedBytes(ranks: number, ringBytes?: number): number {
  const rings = ranks * (ranks - 1);
  const wanted = ringBytes ?? Math.min(MOST_RING_BYTES, MOST_BYTES / Math.max(1, rings));
  return LINE * (1 + ranks + 2 * rings) + Math.ceil((rings * wanted) / LINE) * LINE;
}

/** A channel between each two ranks. */
function connect(ranks: number): Wire[] {
  const ports = Array.from({ length: ranks }, () => new Array<MessagePort | null>(ranks).fill(null));
  for (let a = 0; a < ranks; a++) {
    for (let b = a + 1; b < ranks; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports.map((ports) => ({ kind: 'ports', ports }));
}

/** One rank's worker, seen from the page: what it has yet to answer, and its last sign of life. */
import { TinyaiError, problem } from '../engine/error';
import type { AtGate } from '../types/generated/AtGate';
import type { Problem } from '../types/generated/Problem';
import type { Loading } from '../workers/protocol';
import type { RankReply, RankRequest } from './protocol';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Sent = RankRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
type Told = Exclude<RankRequest, { id: number }>;

/** What a worker tells without being asked. */
export interface RankListener {
  /** It failed, or its worker did. */
  failed?(): void;
  gate?(at: AtGate): void;
  loading?(loading: Loading): void;
}

export class RankWorker {
  /** Why it answers no more, once it does not. */
  ended: Problem | null = null;
  /** When it last told of itself, on the clock of the page. */
  lastBeat = performance.now();

  private readonly worker = new Worker(new URL('../workers/rank.worker.ts', import.meta.url), { type: 'module', name: 'rank' });
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(
    readonly rank: number,
    private readonly listener: RankListener = {},
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<RankReply>) => this.receive(data);
    this.worker.onerror = (event) => {
      const detail = event.message || 'it could not be started';
      this.end(problem('rank_lost', `The worker of rank ${rank} failed: ${detail}.`, `rank ${rank} 的工作线程出错：${detail}。`, `${rank}`));
      this.listener.failed?.();
    };
  }

  /** Whether it has something to answer. */
  get busy(): boolean {
    return this.waiting.size > 0;
  }

  call(request: Sent, transfer: Transferable[] = []): Promise<unknown> {
    if (this.ended) return Promise.reject(new TinyaiError([this.ended]));
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ ...request, id }, transfer);
    return answer;
  }

  tell(request: Told): void {
    this.worker.postMessage(request);
  }

  /** Ends the worker at once, and tells nobody: as if its tab had been closed. */
  kill(): void {
    this.worker.terminate();
  }

  /** Ends the worker; nobody is left waiting. */
  end(reason = problem('rank_lost', 'The run was closed.', '运行已关闭。')): void {
    this.ended ??= reason;
    this.worker.terminate();
    for (const waiting of this.waiting.values()) waiting.reject(new TinyaiError([reason]));
    this.waiting.clear();
  }

  private receive(reply: RankReply): void {
    this.lastBeat = performance.now();
    if (reply.type === 'beat') return;
    if (reply.type === 'gate') return this.listener.gate?.(reply.at);
    if (reply.type === 'loading') return this.listener.loading?.(reply.loading);
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if (reply.type === 'done') return waiting?.resolve(reply.value);
    this.listener.failed?.();
    waiting?.reject(new TinyaiError(reply.problems));
  }
}

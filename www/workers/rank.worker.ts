/** A rank's worker: one wasm instance with a memory of its own. Over shared memory it sleeps while it waits for other ranks. */
import { RANK_VARIANTS } from '../engine/variants';
import type { RankReply, RankRequest } from '../parallel/protocol';
import type { Rank, RankModule } from '../parallel/rank';
import { loadEngine } from './load';

let rank: Rank | undefined;

async function join(request: RankRequest & { type: 'join' }): Promise<void> {
  const { module } = await loadEngine(request.engineBase, 1, RANK_VARIANTS);
  const { Rank } = module as RankModule;
  const { wire } = request;
  rank = wire.kind === 'shared' ? Rank.shared(wire.memory, request.rank, request.ranks) : Rank.ports(wire.ports, request.rank);
}

async function answer(request: Exclude<RankRequest, { type: 'stop' | 'lose' }>): Promise<unknown> {
  if (request.type === 'join') return join(request);
  if (!rank) throw new Error(`${request.type} came before join`);
  if (request.type === 'close') return rank.close();
  if (request.program === 'self_check') return rank.self_check();
  return rank.measure_all_reduce(request.floats, request.algorithm, request.rounds);
}

const post = (reply: RankReply): void => self.postMessage(reply);

self.onmessage = async ({ data: request }: MessageEvent<RankRequest>) => {
  if (request.type === 'stop') return rank?.stop();
  if (request.type === 'lose') return rank?.lose(request.rank);
  try {
    post({ type: 'done', id: request.id, value: await answer(request) });
  } catch (error) {
    post({ type: 'failed', id: request.id, message: error instanceof Error ? error.message : String(error) });
  }
};

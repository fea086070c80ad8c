import { expect, test, vi } from 'vitest';
import type { EngineHost } from './host';
import { Ranks } from './ranks';
import type { Order } from './wasm';
import { World } from './world/world';

const order = (run: number, program: Order['program']): Order => ({ run, program, states: [], by_hand: false });
const open = (run: number): Order => order(run, { open: { ranks: 2, transport: 'auto' } } as Order['program']);

function ranksOf(worlds: { stop: () => void }[]): Ranks {
  vi.spyOn(World, 'open').mockImplementation(async () => {
    const world = { transport: 'ports', stop: vi.fn(), terminate: vi.fn(), close: vi.fn(async () => undefined), obey: vi.fn(async () => []) };
    worlds.push(world);
    return world as unknown as World;
  });
  const host = { rankBuild: async () => ({}), assets: {}, cores: 2 } as unknown as EngineHost;
  return new Ranks({ host, paths: [], signal: new AbortController().signal });
}

test('the ranks of a run that is over are ended, also between two orders, and no others', async () => {
  const worlds: { stop: () => void }[] = [];
  const ranks = ranksOf(worlds);
  await ranks.obey(open(0));
  await ranks.obey(open(1));
  ranks.endRun(0);
  expect(worlds[1]!.stop).not.toHaveBeenCalled();
  ranks.endRun(1);
  expect(worlds[1]!.stop).toHaveBeenCalledTimes(1);
  expect(ranks.world).toBeNull();
});

test('an order that comes after its run was cancelled is answered, with a reason', async () => {
  const ranks = ranksOf([]);
  await ranks.obey(open(0));
  ranks.endRun(0);
  expect(await ranks.obey(order(0, 'train'))).toMatchObject({ code: 'internal' });
});

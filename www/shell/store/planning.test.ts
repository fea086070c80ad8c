import { expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../../engine/error';
import { defaultSpec } from '../../engine/spec/defaults';
import type { Planned } from '../../types/generated/Planned';
import { WoundClock } from '../testing/clock';
import { Planning } from './planning';

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test.each([
  ['is not remembered for good where a file did not arrive', problem('not_found', 'The server answered HTTP 500.', '服务器返回 HTTP 500。'), 2],
  ['is where the spec is wrong', { ...problem('conflict', 'Too many ranks.', 'rank 太多。'), field: 'mesh.data' }, 1],
])('a plan that failed %s', async (_, wrong, times) => {
  const plan = vi.fn<() => Promise<Planned>>().mockRejectedValue(new TinyaiError([wrong]));
  const clock = new WoundClock();
  const planning = new Planning({ plan, nearest: async () => null }, clock);
  const look = async (after: number) => {
    clock.wind(after);
    planning.of(defaultSpec, 0);
    clock.wind(100);
    await settled();
  };
  await look(0);
  await look(1_000);
  expect([plan.mock.calls.length, planning.of(defaultSpec, 0).problems]).toEqual([1, [wrong]]);
  await look(10_000);
  expect(plan).toHaveBeenCalledTimes(times);
});

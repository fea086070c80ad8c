import { expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../../engine/error';
import type { Lab } from '../../engine/lab';
import { defaultSpec } from '../../engine/spec/defaults';
import { setInBase } from '../../engine/spec/patch';
import type { Estimate } from '../../types/generated/Estimate';
import { WoundClock } from '../testing/clock';
import { Estimating } from './estimating';

const settled = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};
const ESTIMATE: Estimate = { runs: [{ seconds: [12, 18], memory: { total: 45 << 20 }, ranks: 1, unknown_share: 0 }] };
const other = setInBase(defaultSpec, 'training.steps', 7);

function estimating(estimate: Lab['estimate']) {
  const [clock, asked] = [new WoundClock(), vi.fn(estimate)];
  return { clock, asked, made: new Estimating({ estimate: asked }, clock) };
}

test('it is made once the spec rests, and remembered', async () => {
  const { clock, asked, made } = estimating(async () => ESTIMATE);
  expect(made.of(other)).toBeNull();
  clock.wind(300);
  expect(made.of(defaultSpec)).toBeNull();
  clock.wind(300);
  await settled();
  expect(asked).not.toHaveBeenCalled();
  clock.wind(300);
  await settled();
  expect(asked.mock.calls.map(([spec]) => spec)).toEqual([defaultSpec]);
  expect(made.of(defaultSpec)).toEqual(ESTIMATE);
  clock.wind(10_000);
  await settled();
  expect(asked).toHaveBeenCalledTimes(1);
});

test('whatever else wants the machine has it; it is made again when somebody looks', async () => {
  const { clock, asked, made } = estimating((_, signal) => new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error))));
  made.of(defaultSpec);
  clock.wind(600);
  expect(asked).toHaveBeenCalledTimes(1);
  made.stop();
  expect(asked.mock.calls[0]![1]!.aborted).toBe(true);
  await settled();
  clock.wind(10_000);
  expect(asked).toHaveBeenCalledTimes(1);
  made.of(defaultSpec);
  clock.wind(600);
  expect(asked).toHaveBeenCalledTimes(2);
});

test('one that failed is made again when somebody looks later', async () => {
  const { clock, asked, made } = estimating(async () => ESTIMATE);
  asked.mockRejectedValueOnce(new TinyaiError([problem('not_found', 'The server answered HTTP 500.', '服务器返回 HTTP 500。')]));
  const look = async (after: number): Promise<Estimate | null> => {
    clock.wind(after);
    made.of(defaultSpec);
    clock.wind(600);
    await settled();
    return made.of(defaultSpec);
  };
  expect(await look(0)).toBeNull();
  expect(await look(1_000)).toBeNull();
  expect(await look(10_000)).toEqual(ESTIMATE);
});

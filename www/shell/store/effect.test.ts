import { Signal } from 'signal-polyfill';
import { expect, test, vi } from 'vitest';
import { effect } from './effect';

const settled = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

test('it acts again once for several changes, and not once it is stopped', async () => {
  const [a, b] = [new Signal.State(1), new Signal.State(1)];
  const act = vi.fn(() => void [a.get(), b.get()]);
  const stop = effect(act);
  expect(act).toHaveBeenCalledTimes(1);
  a.set(2);
  b.set(2);
  await settled();
  expect(act).toHaveBeenCalledTimes(2);
  a.set(3);
  await settled();
  expect(act).toHaveBeenCalledTimes(3);
  stop();
  a.set(4);
  await settled();
  expect(act).toHaveBeenCalledTimes(3);
});

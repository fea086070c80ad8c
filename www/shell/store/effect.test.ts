import { Signal } from 'signal-polyfill';
import { expect, test, vi } from 'vitest';
import { effect, until } from './effect';

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

test('it goes on after a fault', async () => {
  const a = new Signal.State(1);
  const seen: number[] = [];
  const thrown: unknown[] = [];
  const caught = (error: unknown): void => void thrown.push(error);
  vi.stubGlobal('queueMicrotask', (act: () => void) => void Promise.resolve().then(act).catch(caught));
  const stop = effect(() => {
    if (a.get() === 2) throw new Error('two');
    seen.push(a.get());
  });
  for (const value of [2, 3]) {
    a.set(value);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  expect([seen, thrown.length]).toEqual([[1, 3], 1]);
  stop();
  vi.unstubAllGlobals();
});

test('one waits until something holds, or until it is given up', async () => {
  const a = new Signal.State(1);
  const life = new AbortController();
  const three = until(() => a.get() === 3, life.signal);
  const never = until(() => a.get() === 4, life.signal);
  a.set(3);
  await three;
  await until(() => true, life.signal);
  life.abort(new Error('given up'));
  await expect(never).rejects.toThrow('given up');
  await expect(until(() => true, life.signal)).rejects.toThrow('given up');
});

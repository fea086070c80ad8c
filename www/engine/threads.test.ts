import { expect, test } from 'vitest';
import { TinyaiError } from './error';
import { startThreads } from './threads';

test('a pool that starts is waited for', async () => {
  const asked: number[] = [];
  await startThreads(async (threads) => void asked.push(threads), 4);
  expect(asked).toEqual([4]);
});

test('a pool whose helpers never come is given up', async () => {
  const starting = startThreads(() => new Promise(() => undefined), 4, 20);
  await expect(starting).rejects.toThrow(TinyaiError);
  await expect(starting).rejects.toThrow("The engine's 4 threads did not start within 0.02 s; it can run on one thread.");
});

test('a pool that fails says why', async () => {
  await expect(startThreads(() => Promise.reject(new Error('no memory')), 2)).rejects.toThrow('no memory');
});

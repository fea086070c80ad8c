import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hung, untilAnswered, within } from './patience';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a worker has as long as it likes before it begins, and not much longer afterwards', async () => {
  let begin!: () => void;
  const hung = within(1000, (started) => {
    begin = started;
    return new Promise<never>(() => undefined);
  });
  const seen = vi.fn();
  hung.catch(seen);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).not.toHaveBeenCalled();
  begin();
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen).toHaveBeenCalledWith(expect.any(Hung));
});

test('what answers in time is passed on, and so is another failure', async () => {
  await expect(within(1000, async (begin) => (begin(), 'here'))).resolves.toBe('here');
  await expect(within(1000, () => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
  expect(vi.getTimerCount()).toBe(0);
});

test('a hung worker is replaced, and the last is told so', async () => {
  const asked: boolean[] = [];
  const answer = untilAnswered(3, async (last) => {
    asked.push(last);
    if (!last) throw new Hung();
    return 'here';
  });
  await expect(answer).resolves.toBe('here');
  expect(asked).toEqual([false, false, true]);
});

test('other failures are no reason to try again', async () => {
  const attempt = vi.fn(() => Promise.reject(new RangeError('no')));
  await expect(untilAnswered(3, attempt)).rejects.toThrow(RangeError);
  expect(attempt).toHaveBeenCalledTimes(1);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Progress } from './entry';
import { MemoryStore } from './memory-store';
import type { StorageProblem } from './problems';
import { Saver, type SaverOptions } from './saver';
import type { StoredLibrary } from './stored-library';
import { FaultyStore, libraryOn, progressAfter, sample } from './testing';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

/** An engine that does ten steps a second, and a library that its progress is saved to. */
async function running(options: Partial<SaverOptions> & { asking?: number; writing?: number; steps?: () => number } = {}) {
  const store = new FaultyStore(new MemoryStore());
  const library: StoredLibrary = libraryOn(store);
  const entry = sample({ status: 'running', result: null });
  await library.put(entry);
  const began = Date.now();
  const step = options.steps ?? ((): number => Math.floor((Date.now() - began) / 100));
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const problems: (StorageProblem | null)[] = [];
  const starts: number[] = [];
  let [writes, most, hide] = [0, 0, (_isLeft: boolean): void => undefined];
  const saver = new Saver({
    save: async (progress) => {
      most = Math.max(most, ++writes);
      if (options.writing) await sleep(options.writing);
      const problem = await library.save(entry.id, progress);
      writes--;
      return problem;
    },
    ask: async () => {
      starts.push(Date.now() - began);
      const progress = progressAfter(step());
      if (options.asking) await sleep(options.asking);
      return progress;
    },
    page: {
      onHide: (listener) => {
        hide = listener;
        return () => (hide = () => undefined);
      },
    },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  const savedStep = async (): Promise<number> => (await library.list())[0]!.steps;
  return { saver, store, library, entry, problems, starts, savedStep, step, most: () => most, hide: (isLeft: boolean) => hide(isLeft) };
}

test('saves every eight seconds, so that what is stored is never older than ten', async () => {
  const { starts, savedStep, step, problems, saver } = await running({ writing: 400, asking: 100 });
  for (let second = 0; second < 60; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    expect(step() - (await savedStep())).toBeLessThanOrEqual(100);
  }
  expect(starts.slice(0, 3)).toEqual([8000, 16_000, 24_000]);
  expect(problems).toEqual([]);
  saver.dispose();
});

test('starts earlier where saving takes longer, so that nothing gets older than ten seconds', async () => {
  const { savedStep, step, problems, saver } = await running({ writing: 3000 });
  await vi.advanceTimersByTimeAsync(30_000);
  for (let tick = 0; tick < 300; tick++) {
    await vi.advanceTimersByTimeAsync(100);
    expect(step() - (await savedStep())).toBeLessThanOrEqual(101);
  }
  expect(problems).toEqual([]);
  saver.dispose();
});

test('spends at most half of the time on saving, never two at once, and says what is at stake', async () => {
  const { starts, problems, saver, most } = await running({ writing: 12_000 });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(starts.slice(0, 4)).toEqual([8000, 32_000, 56_000, 80_000]);
  expect(most()).toBe(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.message.en).toContain('Saving takes 12 s');
  expect(problems[0]!.message.en).toContain('up to 36 s');
  saver.dispose();
});

test('waits longer and longer where storage is full, says so once, and says when it works again', async () => {
  const { store, starts, problems, saver, savedStep } = await running({ steps: () => starts.length });
  store.limit = 0;
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect(starts.slice(0, 5)).toEqual([8000, 24_000, 56_000, 120_000, 248_000]);
  expect(starts.slice(-1)[0]! - starts.slice(-2)[0]!).toBe(300_000);
  expect(problems.map((problem) => problem?.reason)).toEqual(['full']);
  store.limit = Infinity;
  await vi.advanceTimersByTimeAsync(300_000);
  expect(problems.map((problem) => problem?.reason)).toEqual(['full', undefined]);
  expect(await savedStep()).toBe(starts.length);
  saver.dispose();
});

test('saves at once when the page is hidden, and what is at hand when it is left', async () => {
  let atHand: Progress | null = null;
  const { saver, savedStep, hide } = await running({ atHand: () => atHand });
  await vi.advanceTimersByTimeAsync(3000);
  hide(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(await savedStep()).toBe(30);
  await vi.advanceTimersByTimeAsync(500);
  hide(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(await savedStep()).toBe(30);
  atHand = progressAfter(34);
  hide(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(await savedStep()).toBe(34);
  saver.dispose();
});

test('a page that is left does not wait for the engine, nor write twice at once', async () => {
  const { saver, savedStep, hide, most } = await running({ asking: 5000, writing: 100, atHand: () => progressAfter(85) });
  await vi.advanceTimersByTimeAsync(9000);
  hide(true);
  hide(true);
  await vi.advanceTimersByTimeAsync(300);
  expect(await savedStep()).toBe(85);
  expect(most()).toBe(1);
  saver.dispose();
});

test('asks again for nothing that was stored, and stores what was not', async () => {
  let moved = true;
  const { saver, store, problems, savedStep } = await running({ ask: async () => (moved ? progressAfter(5) : null) });
  store.limit = 0;
  expect((await saver.saveNow())?.reason).toBe('full');
  moved = false;
  store.limit = Infinity;
  expect(await saver.saveNow()).toBeNull();
  expect(await savedStep()).toBe(5);
  expect(problems.map((problem) => problem?.reason)).toEqual(['full', undefined]);
  saver.dispose();
});

test('an engine that fails or does not answer ends nothing', async () => {
  let answer: () => Promise<Progress | null> = () => Promise.reject(new Error('engine gone'));
  const { saver, problems, savedStep } = await running({ ask: () => answer() });
  expect((await saver.saveNow())?.message.en).toContain('engine gone');
  answer = () => new Promise(() => undefined);
  const asked = saver.saveNow();
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await asked)?.message.en).toContain('did not answer');
  answer = async () => progressAfter(7);
  expect(await saver.saveNow()).toBeNull();
  expect(await savedStep()).toBe(7);
  expect(problems.at(-1)).toBeNull();
  saver.dispose();
});

test('a report of the engine saves where timers are late', async () => {
  const { saver, starts } = await running();
  saver.tick();
  expect(starts).toEqual([]);
  vi.setSystemTime(Date.now() + 9000);
  saver.tick();
  saver.tick();
  expect(starts).toEqual([9000]);
  saver.dispose();
});

test('the end is stored after the save under way, and nothing after it', async () => {
  const { saver, library, entry, starts, hide } = await running({ writing: 1000 });
  await vi.advanceTimersByTimeAsync(8500);
  const finished = saver.finish({ ...progressAfter(200), status: 'finished' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(await finished).toBeNull();
  expect(await library.get(entry.id)).toMatchObject({ status: 'finished' });
  hide(true);
  await vi.advanceTimersByTimeAsync(100_000);
  saver.tick();
  expect(await saver.saveNow()).toBeNull();
  expect(starts).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('disposing ends a question that the engine has not answered', async () => {
  let stopped = false;
  const ask = (signal: AbortSignal): Promise<null> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => ((stopped = true), reject(signal.reason))));
  const { saver, problems } = await running({ ask });
  await vi.advanceTimersByTimeAsync(8000);
  saver.dispose();
  await vi.advanceTimersByTimeAsync(0);
  expect(stopped).toBe(true);
  expect(problems).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

import { expect, test } from 'vitest';
import { peftFiles, settled, testShelf } from '../testing';
import { Serving } from '../serve/serving';
import { Anatomy } from './anatomy';

async function withOne() {
  const made = testShelf();
  await made.shelf.take({ from: 'chooser', files: peftFiles('{}', 'own-') });
  await settled(made.shelf);
  return { ...made, anatomy: new Anatomy(made.shelf), item: made.shelf.items[0]! };
}

test('all there is of an adapter is found, each thing once', async () => {
  const { anatomy, item } = await withOne();
  expect(anatomy.item).toBe(item);
  await anatomy.examine(item);
  const { modules, changes, loss, without, rounding, survival } = anatomy.findings(item);
  expect([modules!.length, changes.length, loss, without.length, rounding.int8.length, rounding.nf4.length]).toEqual([2, 2, 3, 2, 1, 1]);
  expect([survival.int8, survival.nf4].map((stages) => stages.map(({ stage }) => stage))).toEqual([['base', 'trained', 'merged', 'rounded'], ['base', 'trained', 'merged', 'rounded']]);
  expect([anatomy.measuring, anatomy.problems]).toEqual([null, []]);
});

test('what was found before it was stopped stays, and is no failure', async () => {
  const { anatomy, item } = await withOne();
  const going = anatomy.examine(item);
  while (anatomy.findings(item).changes.length === 0) await Promise.resolve();
  anatomy.stop();
  await going;
  expect(anatomy.findings(item).changes.length).toBeGreaterThan(0);
  expect([anatomy.findings(item).loss, anatomy.measuring, anatomy.problems]).toEqual([null, null, []]);
});

test('what weights cannot take up is said to be so, beside all else that was found', async () => {
  const { anatomy, item, fake } = await withOne();
  fake.unmerged = true;
  await anatomy.examine(item);
  const { without, survival, unmerged } = anatomy.findings(item);
  expect([without.length, survival.nf4.length, unmerged.map(({ message }) => message.en)]).toEqual([2, 0, ['cannot be merged']]);
  expect([anatomy.measuring, anatomy.problems]).toEqual([null, []]);
});

test('what was found on another base is not shown of this one', async () => {
  const { anatomy, item, shelf, written, clock } = await withOne();
  await anatomy.examine(item);
  written.set({ ...written.get(), base: { ...written.get().base, data: { ...written.get().base.data, corpus: 'shakespeare-plays' } } });
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect(anatomy.findings(item).modules).toBeNull();
});

test('the one that was chosen is looked at as long as it is there', async () => {
  const { anatomy, item, shelf } = await withOne();
  await shelf.take({ from: 'chooser', files: peftFiles('{}', 'second-') });
  await settled(shelf);
  const [, second] = shelf.items;
  anatomy.choose(second!);
  expect(anatomy.item).toBe(second);
  shelf.remove(second!);
  expect(anatomy.item).toBe(item);
});

test('one prompt is continued by all', async () => {
  const { shelf, item } = await withOne();
  const serving = new Serving(shelf);
  await serving.start([null, item].map((one) => ({ item: one })), { prompt: 'a', tokens: 4, temperature: 1, top_k: 0, seed: 0 });
  expect(serving.served).toMatchObject({ prompt: 'a', written: { texts: ['a by base', 'a by own'] } });
  expect([serving.busy, serving.problems]).toEqual([false, []]);
});

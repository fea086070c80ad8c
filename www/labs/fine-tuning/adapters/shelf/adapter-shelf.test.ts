import { expect, test } from 'vitest';
import { set } from '../../../../engine/spec/patch';
import { peftFiles, settled, testShelf } from '../testing';

const chosen = (...files: File[]) => ({ from: 'chooser' as const, files });

test('what a run has trained is on the shelf once it has ended, once, with its loss beside the base’s', async () => {
  const { shelf, ended, fake } = testShelf();
  expect(shelf.items).toEqual([]);
  ended.set([1]);
  await settled(shelf);
  ended.set([0, 1]);
  await settled(shelf);
  expect(shelf.items.map(({ name, loss, place }) => [name, loss, place])).toEqual([['lora', 3, 1], ['full', 3, 0]]);
  expect(shelf.baseLoss).toBe(4);
  // The spec has a run for each, in the order of the shelf.
  expect(fake.opened.at(-1)!.runs).toHaveLength(2);
  expect(fake.asked.filter((one) => one.startsWith('add')).slice(-2)).toEqual(['add lora of run 0', 'add full of run 1']);
});

test('files that were chosen are on it, by the name they have, and their loss is measured', async () => {
  const { shelf } = testShelf();
  await shelf.take(chosen(...peftFiles('{}', 'sonnets-')));
  await settled(shelf);
  expect(shelf.items.map(({ name, loss, state }) => [name, loss, state.is])).toEqual([['sonnets', 3, 'ready']]);
  expect([shelf.problems, shelf.reading]).toEqual([[], null]);
});

test('files that are refused leave no entry, and are told of by name until others are given', async () => {
  const { shelf } = testShelf();
  await shelf.take(chosen(...peftFiles('bad', 'broken-'), ...peftFiles('{}', 'good-')));
  await settled(shelf);
  expect(shelf.items.map(({ name }) => name)).toEqual(['good']);
  expect(shelf.problems.map(({ message }) => message)).toEqual([{ en: 'broken: bad file', zh: 'broken：文件有误' }]);
  await shelf.take(chosen(new File(['x'], 'poem.txt')));
  expect(shelf.problems.map(({ message }) => message.en)).toEqual([expect.stringContaining('no adapter among poem.txt')]);
  shelf.dismiss();
  expect(shelf.problems).toEqual([]);
});

test('what was taken away stays away until it is trained anew', async () => {
  const { shelf, ended, busy, fake } = testShelf();
  ended.set([1]);
  await settled(shelf);
  shelf.remove(shelf.items[0]!);
  await settled(shelf);
  expect(fake.asked).toContain('remove lora');
  ended.set([0, 1]);
  await settled(shelf);
  expect(shelf.items.map(({ name }) => name)).toEqual(['full']);
  busy.set(true);
  await settled(shelf);
  busy.set(false);
  await settled(shelf);
  expect(shelf.items.map(({ name }) => name)).toEqual(['full', 'lora']);
});

test('with another text everything is measured anew; an adapter of another base is kept, and refused with the reason', async () => {
  const { shelf, ended, written, clock } = testShelf();
  ended.set([1]);
  await shelf.take(chosen(...peftFiles('{}', 'own-')));
  await settled(shelf);
  const { epoch } = shelf;
  written.set(set(written.get(), 'base.data.corpus', 'shakespeare-plays'));
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect([shelf.epoch > epoch, ...shelf.items.map(({ loss }) => loss)]).toEqual([true, 3, 3]);
  written.set(set(written.get(), 'base.model.base', 'shakespeare-plays'));
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect(shelf.items.map(({ name, state }) => [name, state.is])).toEqual([['lora', 'refused'], ['own', 'ready']]);
  const [refused] = shelf.items;
  expect(refused!.state).toMatchObject({ problems: [{ value: 'tang-poems', message: { en: expect.stringContaining('trained on tang-poems') } }] });
  written.set(set(written.get(), 'base.model.base', 'tang-poems'));
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect(shelf.items.map(({ state }) => state.is)).toEqual(['ready', 'ready']);
});

test('a mixture is one more, and stays when what it is of goes', async () => {
  const { shelf, ended } = testShelf();
  ended.set([0, 1]);
  await settled(shelf);
  const [a, b] = shelf.items;
  const mixed = await shelf.mix('both', [{ item: a!, weight: 0.5 }, { item: b!, weight: 2 }], 'linear', null);
  expect(mixed.origin).toMatchObject({ kind: 'mix', parts: [{ name: a!.name, weight: 0.5 }, { name: b!.name, weight: 2 }] });
  shelf.remove(a!);
  shelf.remove(b!);
  await settled(shelf);
  expect(shelf.ready.map(({ name, loss }) => [name, loss])).toEqual([['both', 3]]);
  expect(await shelf.files(mixed)).toMatchObject({ config: '{}' });
});

test('a lab that is closed asks nothing any more', async () => {
  const { shelf, ended, fake } = testShelf();
  ended.set([1]);
  await settled(shelf);
  shelf.dispose();
  const before = fake.asked.length;
  await expect(shelf.turn(({ shelf: open }) => open.ask('loss', null, []))).rejects.toThrow('closed');
  expect(fake.asked.slice(before)).toEqual([]);
});

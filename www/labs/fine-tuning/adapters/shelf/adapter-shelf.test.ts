import { expect, test } from 'vitest';
import { defaultSpec } from '../../../../engine/spec/defaults';
import { set } from '../../../../engine/spec/patch';
import { peftFiles, settled, testShelf } from '../testing';
import { isRefusal } from './problems';

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
  expect(shelf.problems.map((one) => isRefusal(one) && one.refused)).toEqual(['broken']);
  await shelf.take(chosen(new File(['x'], 'poem.txt')));
  expect(shelf.problems.map(({ message }) => message.en)).toEqual([expect.stringContaining('no adapter among poem.txt')]);
  expect(shelf.problems.some(isRefusal)).toBe(false);
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

test('what there is no memory for is refused with the reason, keeps nothing else from going on, and is tried again when something goes', async () => {
  const { shelf, fake } = testShelf();
  fake.room = 1;
  await shelf.take(chosen(...peftFiles('{}', 'first-'), ...peftFiles('{}', 'second-')));
  await settled(shelf);
  const states = () => shelf.items.map(({ name, state, loss }) => [name, state.is, loss]);
  expect(states()).toEqual([['first', 'ready', 3], ['second', 'refused', null]]);
  expect(shelf.items[1]!.state).toMatchObject({ problems: [{ code: 'out_of_memory', message: { en: 'no room' } }] });
  expect(await shelf.turn(({ shelf: open }) => open.ask('loss', null, []))).toBe(4);
  shelf.remove(shelf.items[0]!);
  await settled(shelf);
  await settled(shelf);
  expect(states()).toEqual([['second', 'ready', 3]]);
});

test('what a run has trained, and there was no memory for, is measured once another is taken away', async () => {
  const { shelf, fake, ended } = testShelf();
  fake.room = 1;
  ended.set([0, 1]);
  await settled(shelf);
  expect(shelf.items.map(({ state }) => state.is)).toEqual(['ready', 'refused']);
  shelf.remove(shelf.items[0]!);
  await settled(shelf);
  await settled(shelf);
  expect(shelf.items.map(({ state, loss }) => [state.is, loss])).toEqual([['ready', 3]]);
});

test('an adapter that ends the engine twice is refused, and the others are used', async () => {
  const { shelf } = testShelf();
  await shelf.take(chosen(...peftFiles('broken', 'worse-'), ...peftFiles('{}', 'good-')));
  await settled(shelf);
  await settled(shelf);
  expect(shelf.items.map(({ name, state, loss }) => [name, state.is, loss])).toEqual([['worse', 'refused', null], ['good', 'ready', 3]]);
});

test('a run on several ranks is refused with the reason', async () => {
  const { shelf, ended, fake } = testShelf(set(defaultSpec, 'base.mesh.data', 2));
  ended.set([1]);
  await settled(shelf);
  expect(shelf.items.map(({ name, state }) => [name, state.is])).toEqual([['lora', 'refused']]);
  expect(shelf.items[0]!.state).toMatchObject({ problems: [{ value: '2', message: { en: expect.stringContaining('lies on 2 ranks'), zh: expect.stringContaining('2 个进程') } }] });
  expect(fake.asked.filter((one) => one.startsWith('add'))).toEqual([]);
});

test('with another limit of memory it is another shelf', async () => {
  const { shelf, ended, written, clock, fake } = testShelf();
  ended.set([1]);
  await settled(shelf);
  const before = fake.opened.length;
  written.set(set(written.get(), 'base.resources.memory_limit', 4000));
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect(fake.opened.slice(before).map(({ base }) => base.resources.memory_limit)).toEqual([4000]);
});

test('a mixture stays although its loss cannot be measured', async () => {
  const { shelf, ended, fake } = testShelf();
  ended.set([0, 1]);
  await settled(shelf);
  fake.unmeasured = true;
  const [a, b] = shelf.items;
  const mixed = await shelf.mix('both', [{ item: a!, weight: 1 }, { item: b!, weight: 1 }], 'cat', null);
  await settled(shelf);
  expect(shelf.ready.map(({ loss }) => loss)).toEqual([3, 3, null]);
  expect(shelf.ready).toContain(mixed);
  expect(shelf.problems.map(({ message }) => message.en)).toEqual(['both: too long']);
});

test('a loss is that of its run as long as it is of the same tokens', async () => {
  const { shelf, ended, written, clock } = testShelf();
  ended.set([1]);
  await shelf.take(chosen(...peftFiles('{}', 'own-')));
  await settled(shelf);
  expect(shelf.items.map((item) => [item.name, shelf.isOfItsRun(item)])).toEqual(expect.arrayContaining([['lora', true], ['own', false]]));
  written.set(set(written.get(), 'base.evaluation.tokens', 64));
  await Promise.resolve();
  clock.wind(1000);
  await settled(shelf);
  expect(shelf.items.some((item) => shelf.isOfItsRun(item))).toBe(false);
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

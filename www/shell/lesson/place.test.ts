import { describe, expect, test } from 'vitest';
import { MemoryAddress } from '../address/browser-address';
import { Place, hashOf, placed } from './place';

describe('a hash', () => {
  test.each([
    ['', { lesson: undefined, experiment: '' }],
    ['#play', { lesson: null, experiment: '' }],
    ['#spec=abc', { lesson: null, experiment: '#spec=abc' }],
    ['#lesson=rank', { lesson: 'rank', experiment: '' }],
    ['#lesson=rank&spec=abc', { lesson: 'rank', experiment: '#spec=abc' }],
    ['#lesson=%E0%A4%A&spec=abc', { lesson: '%E0%A4%A', experiment: '#spec=abc' }],
    ['#something', { lesson: null, experiment: '#something' }],
  ])('%s', (hash, said) => {
    expect(placed(hash)).toEqual(said);
  });

  test.each(['#play', '#spec=abc', '#lesson=rank', '#lesson=rank&spec=abc'])('%s is written as it is read', (hash) => {
    expect(hashOf(placed(hash))).toBe(hash);
  });
});

test('whoever writes an experiment sees it alone, in a lesson and in free play', () => {
  const address = new MemoryAddress('#lesson=rank');
  const place = new Place(address, () => undefined);
  expect(place.read()).toBe('');
  place.write('#spec=abc');
  expect([address.read(), place.read()]).toEqual(['#lesson=rank&spec=abc', '#spec=abc']);
  place.settle(null);
  place.write('');
  expect([address.read(), place.read(), place.lesson]).toEqual(['#play', '', null]);
});

test('a lesson that the address comes to name is told before the experiment is read again', () => {
  let hash = '#lesson=rank';
  let heard = (): void => undefined;
  const address = {
    read: () => hash,
    write: (text: string) => void (hash = text),
    href: (text: string) => text,
    follow: (changed: () => void) => {
      heard = changed;
      return () => undefined;
    },
  };
  const told: unknown[] = [];
  const place = new Place(address, (lesson) => {
    told.push(lesson);
    place.settle(lesson ?? null);
  });
  place.follow(() => told.push('experiment'));
  hash = '#lesson=modules';
  heard();
  hash = '#lesson=modules&spec=abc';
  heard();
  expect(told).toEqual(['modules', 'experiment', 'experiment']);
});

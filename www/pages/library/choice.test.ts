import { expect, test } from 'vitest';
import { MOST_COMPARED, comparedIn, queryOf } from './choice';

test('an address names runs of entries, and is read as it was written', () => {
  const chosen = [{ id: 'a1', run: 0 }, { id: 'b-2', run: 3 }];
  expect(queryOf(chosen)).toBe('?compare=a1:0,b-2:3');
  expect(comparedIn(queryOf(chosen))).toEqual(chosen);
  expect([queryOf(null), comparedIn(''), comparedIn('?compare=')]).toEqual(['', null, []]);
});

test('what is no run is left out, what is named twice is there once, and there are at most as many as can be told apart', () => {
  expect(comparedIn('?compare=a:0,,a:0,b,c:x,%3Cb%3E:1, d:2')).toEqual([{ id: 'a', run: 0 }, { id: 'd', run: 2 }]);
  const many = Array.from({ length: 20 }, (_, run) => ({ id: 'a', run }));
  expect(comparedIn(queryOf(many))).toHaveLength(MOST_COMPARED);
});

import { expect, test } from 'vitest';
import { crc32 } from './crc32';
import { assetsOf, newId } from './entry';
import { freeName } from './names';
import { bytesText } from './problems';

test('CRC-32 has the check value of its definition, in pieces too', () => {
  const bytes = new TextEncoder().encode('123456789');
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});

test.each([
  ['X', [], 'X'],
  ['X', ['X'], 'X (2)'],
  ['X', ['X', 'X (2)', 'X (4)'], 'X (3)'],
  ['X (2)', ['X', 'X (2)'], 'X (3)'],
  ['X (2)', ['X'], 'X (2)'],
])('a free name for %j beside %j is %j', (name, taken, free) => {
  expect(freeName(name, taken)).toBe(free);
});

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1536, '1.5 KiB'],
  [10 * 2 ** 20, '10 MiB'],
  [5.5 * 2 ** 40, '5632 GiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('assets are the names of files anywhere in a spec, each once', () => {
  const spec = { base: { model: 'file:m', list: ['file:a', 'tang-poems'] }, runs: [{ patch: { data: 'file:a' } }, { patch: { data: null } }] };
  expect(assetsOf(spec)).toEqual(['file:m', 'file:a']);
  expect(assetsOf({ prompt: 'file:' })).toEqual([]);
});

test('ids differ', () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  expect(ids.size).toBe(100);
  expect([...ids].every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
});

import { expect, test } from 'vitest';
import { Utf8Check, otherEncoding } from './utf8';

/** What the check says of bytes that come in parts of that size. */
function firstWrong(bytes: number[] | Uint8Array, partSize: number): number | null {
  const check = new Utf8Check();
  for (let at = 0; at < bytes.length; at += partSize) {
    const wrong = check.push(Uint8Array.from(bytes.slice(at, at + partSize)));
    if (wrong !== null) return wrong;
  }
  return check.end();
}

/** The same, by decoding every prefix as a whole. */
function byEveryPrefix(bytes: Uint8Array): number | null {
  for (let end = bytes.length; end >= 0; end--) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end));
      return end === bytes.length ? null : end;
    } catch {
      // A shorter prefix may be.
    }
  }
  throw new Error('no bytes are always UTF-8');
}

const PARTS = [1, 2, 3, 4, 5, 7, 1000];

test.each([
  ['plain', 'the quick brown fox'],
  ['of two bytes', 'déjà vu'],
  ['of three bytes', '床前明月光'],
  ['of four bytes', 'a😀b𠮷'],
  ['with a mark', '\ufeffabc'],
])('characters %s are UTF-8 however they are cut', (_, text) => {
  for (const size of PARTS) expect(firstWrong(new TextEncoder().encode(text), size)).toBeNull();
});

test.each([
  ['a lone continuation', [0x61, 0x80, 0x62], 1],
  ['a surrogate', [0x61, 0xed, 0xa0, 0x80], 1],
  ['an overlong form', [0xc0, 0xaf], 0],
  ['beyond U+10FFFF', [0x61, 0x62, 0xf4, 0x90, 0x80, 0x80], 2],
  ['cut at the end', [0xe5, 0xba, 0x8a, 0xe5, 0x89], 3],
  ['GBK', [0x61, 0xb4, 0xb2, 0xc7, 0xb0], 1],
  ['never completed', [0x61, 0xe5, 0x89, 0x61], 1],
])('%s is found at its first byte', (_, bytes, position) => {
  for (const size of PARTS) expect(firstWrong(bytes, size), `in parts of ${size}`).toBe(position);
});

test('any byte that is wrong in a text is found where decoding every prefix finds it', () => {
  const text = new TextEncoder().encode('aé床😀b前z');
  for (let at = 0; at < text.length; at++) {
    for (const byte of [0x00, 0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xf0, 0xf5, 0xff]) {
      const bytes = text.slice();
      bytes[at] = byte;
      for (const size of PARTS) expect(firstWrong(bytes, size), `${byte} at ${at} in parts of ${size}`).toBe(byEveryPrefix(bytes));
    }
  }
});

test('marks name other encodings, the longer ones first', () => {
  expect(otherEncoding(Uint8Array.of(0xff, 0xfe, 0x61, 0))).toBe('UTF-16 LE');
  expect(otherEncoding(Uint8Array.of(0xff, 0xfe, 0, 0))).toBe('UTF-32 LE');
  expect(otherEncoding(Uint8Array.of(0x84, 0x31, 0x95, 0x33))).toBe('GB 18030');
  expect(otherEncoding(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBeNull();
  expect(otherEncoding(Uint8Array.of(0xff))).toBeNull();
});

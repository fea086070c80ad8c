import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUPS } from '../groups.mjs';
import { copiesOfB, gemmError, inTurn, layouts } from '../pages/products.mjs';

test('there are several matrices B for every row, and they fit', () => {
  for (const { op, shape } of [...GROUPS.gemm, ...GROUPS['gemm-int8']]) {
    const bytes = op === 'int8' ? 1 : 4;
    const copies = copiesOfB(shape, bytes);
    assert.ok(Number.isInteger(copies) && copies >= 2 && copies <= 32, `${shape}: ${copies}`);
    assert.ok(copies === 2 || copies * bytes * shape[1] * shape[2] <= 12 * 2 ** 20, `${shape}: ${copies}`);
  }
});

test('one row goes through more of B than a core keeps near', () => {
  assert.equal(copiesOfB([1, 1024, 1024], 4), 3);
  assert.equal(copiesOfB([1, 1024, 1024], 1), 12);
});

test('items come in turn', () => {
  const next = inTurn(['a', 'b']);
  assert.deepEqual([next(), next(), next()], ['a', 'b', 'a']);
});

test('the error of a product is found in every form', () => {
  const shape = [2, 3, 2];
  const rows = { ab: [[1, 2, 3, 4, 5, 6], [1, 0, 0, 1, 1, 1]], abt: [[1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 1]], atb: [[1, 4, 2, 5, 3, 6], [1, 0, 0, 1, 1, 1]] };
  for (const [op, [a, b]] of Object.entries(rows)) {
    assert.equal(gemmError([4, 5, 10, 11], op, shape, a, b), 0, op);
    assert.equal(gemmError([4, 5, 10, 13], op, shape, a, b), 2, op);
    const sizes = layouts(op, shape).map(([rows, cols]) => rows * cols);
    assert.deepEqual(sizes, [a.length, b.length]);
  }
});

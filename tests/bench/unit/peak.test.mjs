import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Peak, together } from '../pages/peak.mjs';

test('threads count from the first start to the last end', () => {
  assert.equal(together(1e6, [[0, 2]]), 0.5);
  // One after the other, as on a single core: no faster than one alone.
  assert.equal(together(1e6, [[0, 2], [2, 4]]), 0.5);
  assert.equal(together(1e6, [[0, 2], [0, 2]]), 1);
});

/** Workers of which a round of a loop takes so many ms by a clock that shows only whole milliseconds. */
function workers(count, msOfRound) {
  return Array.from({ length: count }, () => ({
    postMessage({ loop, rounds, at }) {
      queueMicrotask(() => this.onmessage({ data: [Math.floor(at), Math.floor(at + rounds * msOfRound[loop])] }));
    },
  }));
}

/** A peak whose runs have to last 50 ms. */
function coarse(count, msOfRound) {
  return Object.assign(new Peak(workers(count, msOfRound)), { shortest: 50 });
}

test('the faster loop counts, and runs are long enough for a coarse clock', async () => {
  // 24 chains in the time of 12: twice as fast.
  const peak = coarse(2, { multiply_add_12: 1e-4, multiply_add_24: 1e-4 });
  const expected = (24 * 8) / 1e-4 / 1e6;
  for (const threads of [1, 2]) {
    const found = await peak.measure(threads);
    assert.ok(Math.abs(found / (threads * expected) - 1) < 0.03, `${found} for ${threads * expected}`);
  }
  const spilling = coarse(1, { multiply_add_12: 1e-4, multiply_add_24: 1e-3 });
  assert.ok(Math.abs((await spilling.measure(1)) / (expected / 2) - 1) < 0.03);
});

test('more threads than cores are refused', async () => {
  const peak = coarse(2, { multiply_add_12: 1, multiply_add_24: 1 });
  await assert.rejects(peak.measure(3), /3 threads cannot be measured on 2 cores: choose 1 to 2/);
  await assert.rejects(peak.measure(0), /choose 1 to 2/);
});

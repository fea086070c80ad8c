import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sampler, median, remainder, sampleMs, tickOf, time, timeSync } from '../pages/timing.mjs';

/** A clock that shows multiples of `tick`; each reading takes `cost` ms. */
function coarse(tick, cost) {
  let now = 0;
  return { now: () => Math.floor((now += cost) / tick) * tick, pass: (ms) => (now += ms) };
}

test('the median is the middle one, or half way between the two', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('the tick of a clock is found, however coarse', () => {
  for (const tick of [0.005, 0.1, 1, 16]) {
    const found = tickOf(coarse(tick, tick / 33).now);
    assert.ok(Math.abs(found / tick - 1) < 1e-9, `${found} for ${tick}`);
  }
});

test('one interruption does not count as the tick', () => {
  const clock = coarse(0.1, 0.003);
  let reading = 0;
  assert.ok(Math.abs(tickOf(() => (++reading === 50 ? clock.pass(7) : 0, clock.now())) - 0.1) < 1e-6);
});

test('a clock that stands still is refused, not waited for', () => {
  assert.throws(() => tickOf(() => 5, 1000), /the clock shows 5 ms at 1000 readings/);
});

test('every sample lasts at least 50 ticks, and neither 0 nor Infinity comes out', () => {
  for (const tick of [0.005, 0.1, 1, 16]) {
    for (const call of [1e-4, 0.03, 0.7, 40]) {
      const clock = coarse(tick, 1e-5);
      const sampling = new Sampler(150, 5, tick);
      while (!sampling.done) {
        const start = clock.now();
        clock.pass(sampling.calls * call);
        const elapsed = clock.now() - start;
        const before = sampling.samples.length;
        sampling.add(elapsed);
        if (sampling.samples.length > before) assert.ok(elapsed >= Math.max(0.5, 50 * tick), `${elapsed} ms by ticks of ${tick} ms`);
      }
      assert.ok(Math.abs(sampling.result / call - 1) < 0.03, `${sampling.result} for ${call}, ticks of ${tick} ms`);
      assert.ok(sampling.samples.length >= 5 && sampling.total >= 150);
    }
  }
});

test('a sample that comes out short is left out, and the next has more calls', () => {
  const sampling = new Sampler(1, 1, 1);
  sampling.add(0);
  sampling.add(49);
  assert.deepEqual([sampling.calls, sampling.samples], [4, []]);
  sampling.add(60);
  assert.deepEqual([sampling.calls, sampling.samples, sampling.done], [4, [15], true]);
});

test('fine clocks give samples of half a millisecond', () => {
  assert.equal(sampleMs(0.005), 0.5);
  assert.equal(sampleMs(1), 50);
});

test('calls are timed in earnest', async () => {
  const busy = () => {
    const end = performance.now() + 1;
    while (performance.now() < end);
  };
  for (const ms of [timeSync(busy, 5), await time(async () => busy(), 5)]) assert.ok(ms >= 1 && ms < 100, `${ms}`);
});

test('a remainder counts only where it is most of the whole', () => {
  assert.equal(remainder(10, 4), 6);
  assert.equal(remainder(10, 5), undefined);
  assert.equal(remainder(10, 9.9), undefined);
  assert.equal(remainder(10, 12), undefined);
});

import { expect, test } from 'vitest';
import { GROUPS } from '../../../tests/bench/groups.mjs';
import { Frames, Query, started } from '../testing';
import { bars, bestPeer, spreadShares, summary } from './figures';
import type { RowView } from '../benchmark';

/** The rows of a run in which a peer takes twice as long as this engine, whose calls take 10 ms. */
async function measured(peers: boolean, rounds = 1): Promise<RowView[]> {
  const frames = new Frames();
  const bench = await started(frames, new Query(`?groups=train&threads=1&rounds=${rounds}${peers ? '&peers=1' : ''}`), { machine: { peerBytes: 1 } });
  await bench.run();
  return bench.rows;
}

test('bars are shares of the peak, in tokens per second as in operations', async () => {
  const [view] = await measured(false);
  const { tokens, flop } = GROUPS.train![0]!;
  const [ours, ...others] = bars(view!);
  expect(others).toEqual([]);
  expect(ours!.value).toBeCloseTo((tokens! / 10) * 1000, -2);
  // The peak is 100 · 10⁹ operations per second.
  expect(ours!.share).toBeCloseTo(flop / 0.01 / 1e11, 2);
});

test('each peer that takes part has a bar, and the best of them is told', async () => {
  const [view] = await measured(true);
  expect(bars(view!).map(({ peer }) => peer)).toEqual([null, ...new Set(bars(view!).flatMap(({ peer }) => peer ?? []))]);
  expect(bars(view!).length).toBeGreaterThan(1);
  expect(bestPeer(view!)!.ratio).toBeCloseTo(2, 2);
  expect(summary([view!]).ratios![0]).toBeCloseTo(2, 2);
});

test('where there is no peak, bars compare with the fastest, and no share is summed up', async () => {
  const [view] = await measured(true);
  const result = { ...view!.result!, peak: NaN, fraction_of_peak: NaN };
  const without = { ...view!, result };
  expect(bars(without)[0]!.share).toBe(1);
  expect(bars(without)[1]!.share).toBeCloseTo(0.5, 2);
  expect(summary([without]).share).toBeNull();
});

test('a row of which nothing is known yet has empty bars', async () => {
  const [view] = await measured(true);
  const waiting: RowView = { ...view!, status: 'waiting', result: undefined };
  expect(bars(waiting).every(({ value, share }) => value === null && share === null)).toBe(true);
  expect([bestPeer(waiting), spreadShares(waiting)]).toEqual([null, null]);
});

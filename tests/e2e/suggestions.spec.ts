/** What a learner is told to try, by what ranks measured. */
import { expect, test } from '../../www/testing';
import { suggest } from '../../www/parallel/suggestions';
import type { Planned } from '../../www/types/generated/Planned';
import type { RankStep } from '../../www/types/generated/RankStep';

/** A pipeline of one rank a stage. */
const pipeline = (stages: number): Planned =>
  ({ ranks: Array.from({ length: stages }, (_, rank) => ({ rank, data: 0, pipeline: rank, tensor: 0 })) }) as unknown as Planned;

/** Ranks that compute for these shares of a step of one second, and communicate for the others. */
const ranks = (computing: number[], communicating: number[] = []): RankStep[] =>
  computing.map((share, rank) => ({
    rank,
    phase: { start: 0, end: 1, computing: share, communicating: communicating[rank] ?? 0 },
    spans: [
      { rank, kind: 'compute', start: 0, end: share },
      { rank, kind: 'communication', start: share, end: share + (communicating[rank] ?? 0) },
      { rank, kind: 'idle', start: share + (communicating[rank] ?? 0), end: 1 },
    ],
  })) as unknown as RankStep[];

for (const { name, shares, talking, bubble, expected } of [
  { name: 'nothing is wrong', shares: [0.95, 0.9], talking: [], bubble: 0.075, expected: [] },
  { name: 'a bubble at the limit', shares: [0.9, 0.9], talking: [], bubble: 0.1, expected: [] },
  { name: 'a bubble above it', shares: [0.8, 0.8], talking: [], bubble: 0.2, expected: [{ kind: 'bubble', share: 0.2 }] },
  { name: 'one rank has no pipeline', shares: [0.5], talking: [], bubble: 0.5, expected: [] },
  { name: 'stages that are all idle alike', shares: [0.5, 0.5], talking: [], bubble: 0.05, expected: [] },
  { name: 'stages that wait for a busier one', shares: [0.9, 0.5, 0.4], talking: [], bubble: 0, expected: [{ kind: 'idleStages', stages: [{ stage: 1, share: 0.5 }, { stage: 2, share: 0.4 }] }] },
  { name: 'ranks that talk', shares: [0.5, 0.5], talking: [0.5, 0.5], bubble: 0, expected: [{ kind: 'communication', share: 0.5 }] },
]) {
  test(name, () => {
    expect(suggest(pipeline(shares.length), ranks(shares, talking), bubble)).toEqual(expected);
  });
}

test('ranks that measured nothing', () => {
  expect(suggest(pipeline(2), [0, 1].map((rank) => ({ rank, phase: null, spans: [] })) as unknown as RankStep[], 0)).toEqual([]);
});

import { expect, test } from 'vitest';
import type { RankStep } from '../../types/generated/RankStep';
import { suggest } from './suggestions';
import { pipelineOf, rankStep } from './testing';

/** Ranks that compute for these shares of a step of one second, and communicate for the others. */
const ranks = (computing: number[], communicating: number[] = []): RankStep[] =>
  computing.map((share, rank) => {
    const talking = communicating[rank] ?? 0;
    return rankStep(rank, 0, [['compute', share], ['communication', talking], ['idle', 1 - share - talking]], {
      phase: { start: 0, end: 1, computing: share, communicating: talking },
    });
  });

test.each([
  { name: 'nothing is wrong', shares: [0.95, 0.9], talking: [], bubble: 0.075, expected: [] },
  { name: 'a bubble at the limit', shares: [0.9, 0.9], talking: [], bubble: 0.1, expected: [] },
  { name: 'a bubble above it', shares: [0.8, 0.8], talking: [], bubble: 0.2, expected: [{ kind: 'bubble', share: 0.2 }] },
  { name: 'one rank has no pipeline', shares: [0.5], talking: [], bubble: 0.5, expected: [] },
  { name: 'stages that are all idle alike', shares: [0.5, 0.5], talking: [], bubble: 0.05, expected: [] },
  { name: 'stages that wait for a busier one', shares: [0.9, 0.5, 0.4], talking: [], bubble: 0, expected: [{ kind: 'idleStages', stages: [{ stage: 1, share: 0.5 }, { stage: 2, share: 0.4 }] }] },
  { name: 'ranks that talk', shares: [0.5, 0.5], talking: [0.5, 0.5], bubble: 0, expected: [{ kind: 'communication', share: 0.5 }] },
])('$name', ({ shares, talking, bubble, expected }) => {
  expect(suggest(pipelineOf(shares.length), ranks(shares, talking), bubble)).toEqual(expected);
});

test('ranks that measured nothing', () => {
  expect(suggest(pipelineOf(2), [rankStep(0, 0, []), rankStep(1, 0, [])], 0)).toEqual([]);
});

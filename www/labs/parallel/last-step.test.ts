import { expect, test } from 'vitest';
import { lastStep } from './last-step';
import { rankStep } from './testing';

test('all ranks are drawn from the beginning of the first one', () => {
  const timeline = lastStep([rankStep(0, 100, [['compute', 2], ['transfer', 1]]), rankStep(1, 101, [['wait', 1], ['compute', 3]])]);
  expect(timeline.makespan).toBe(5);
  expect(timeline.spans.map(({ rank, start, end }) => [rank, start, end])).toEqual([
    [0, 0, 2],
    [0, 2, 3],
    [1, 1, 2],
    [1, 2, 5],
  ]);
  expect(timeline.ranks).toEqual([
    { compute: 2, transfer: 1, wait: 2 },
    { compute: 3, transfer: 0, wait: 2 },
  ]);
});

test('there may be no rank, and there may be very many spans', () => {
  expect(lastStep([])).toEqual({ spans: [], makespan: 0, ranks: [] });
  const many = Array.from({ length: 130_000 }, (): ['compute', number] => ['compute', 1]);
  expect(lastStep([rankStep(0, 0, many)]).makespan).toBe(130_000);
});

import { expect, test } from 'vitest';
import type { ParallelReport } from '../../types/generated/ParallelReport';
import { inTodaysNames } from './earlier-report';

const span = (kind: string) => ({ rank: 0, action: null, start: 0, end: 1, kind });
const timeline = { spans: [span('compute'), span('communication'), span('idle')], makespan: 3, ranks: [{ compute: 1, communication: 1, idle: 1 }], bubble_fraction: 0, utilisation: [] };
const sent = { kind: 'all_reduce', bytes: 8, messages: 1, seconds_waited: 0.5 };
const earlier = {
  planned: { timeline },
  pilots: [],
  transport: 'shared',
  prediction: { timeline, traffic: [[sent]], step_seconds: 3 },
  last: [{ rank: 0, spans: timeline.spans, traffic: [sent] }],
} as unknown as ParallelReport;

test('what an earlier version kept is read by today’s names', () => {
  const report = inTodaysNames(earlier);
  for (const { spans, ranks } of [report.planned.timeline, report.prediction.timeline]) {
    expect(spans.map(({ kind }) => kind)).toEqual(['compute', 'transfer', 'wait']);
    expect(ranks).toEqual([{ compute: 1, transfer: 1, wait: 1 }]);
  }
  expect(report.last[0]!.spans.map(({ kind }) => kind)).toEqual(['compute', 'transfer', 'wait']);
  expect(report.last[0]!.traffic).toEqual([{ kind: 'all_reduce', bytes: 8, messages: 1, wait_seconds: 0.5, transfer_seconds: 0 }]);
  expect(report.prediction).toMatchObject({ one_rank_seconds: 0, step_seconds: 3 });
});

test('today’s reports stay as they are', () => {
  const report = inTodaysNames(earlier);
  expect(inTodaysNames(report)).toBe(report);
});

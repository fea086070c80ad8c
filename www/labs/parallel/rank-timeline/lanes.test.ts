import { expect, test } from 'vitest';
import type { Action } from '../../../types/generated/Action';
import type { SpanKind } from '../../../types/generated/SpanKind';
import { pipelineOf } from '../testing';
import { classOf, lanes } from './lanes';
import { slowedBy } from './playhead';

const FORWARD: Action = { type: 'forward', micro_batch: 3, virtual_stage: 0 };
const REDUCE: Action = { type: 'reduce_gradients' };
const RECEIVE: Action = { type: 'recv_activation', micro_batch: 3, virtual_stage: 0, peer: 1 };
const span = (action: Action | null, kind: SpanKind, start = 0, end = 1) => ({ rank: 0, action, kind, start, end });

test.each([
  [FORWARD, 'compute', 'forward'],
  [FORWARD, 'transfer', 'transfer'],
  [FORWARD, 'wait', 'wait'],
  [RECEIVE, 'wait', 'wait'],
  [REDUCE, 'transfer', 'transfer'],
  [REDUCE, 'compute', 'update'],
  [null, 'wait', 'wait'],
] as const)('%o, %s is drawn as %s', (action, kind, drawn) => {
  expect(classOf(span(action, kind))).toBe(drawn);
});

test('a micro-batch that waits for tensor ranks has one mark, a sum that waits has two', () => {
  const spans = [
    span(FORWARD, 'compute', 0, 1),
    span(FORWARD, 'wait', 1, 2),
    span(FORWARD, 'compute', 2, 3),
    span(REDUCE, 'transfer', 3, 4),
    span(REDUCE, 'wait', 4, 6),
    span(REDUCE, 'transfer', 6, 7),
  ];
  const [lane] = lanes({ spans, makespan: 8, ranks: [{ compute: 2, transfer: 2, wait: 4 }] }, pipelineOf(1).ranks, { reduce_gradients: 'sum' });
  expect(lane!.marks.map(({ start, end, text }) => [start, end, text])).toEqual([[0, 3, '3'], [3, 4, 'sum'], [6, 7, 'sum']]);
  expect(lane!.computing).toBe(0.25);
});

test('a line over the plan never flickers: short steps are shown slowed', () => {
  expect([slowedBy(4000), slowedBy(2000), slowedBy(80), slowedBy(0)]).toEqual([1, 1, 25, 1]);
});

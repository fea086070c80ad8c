import { expect, test } from 'vitest';
import type { AtGate } from '../../../types/generated/AtGate';
import { columnsOf, placed } from './held';

const before = (micro_batch: number): AtGate => ({ rank: 0, action: { type: 'forward', micro_batch, virtual_stage: 0 }, held: [] });

test('chunks of a rank stand in the same cell', () => {
  const [one, other] = [0, 2].map((virtual_stage) => ({ kind: 'input' as const, micro_batch: 3, virtual_stage, bytes: 8 }));
  const cells = placed([one!, { ...one!, kind: 'activations' }, other!]);
  expect([...cells.keys()]).toEqual(['input 3', 'activations 3']);
  expect(cells.get('input 3')).toEqual([one, other]);
});

test('all micro-batches are shown, of very many those around the next', () => {
  expect(columnsOf(4, before(3))).toEqual([0, 1, 2, 3]);
  expect(columnsOf(4, undefined)).toEqual([0, 1, 2, 3]);
  for (const [next, first, last] of [[0, 0, 31], [100, 84, 115], [1023, 992, 1023]] as const) {
    const columns = columnsOf(1024, before(next));
    expect([columns[0], columns.at(-1), columns.length]).toEqual([first, last, 32]);
    expect(columns).toContain(next);
  }
  expect(columnsOf(1024, { rank: 0, action: { type: 'optimizer_step' }, held: [] })[0]).toBe(0);
});

import { expect, test } from 'vitest';
import { defaultRun } from '../../engine/spec/defaults';
import type { MeshSpec } from '../../types/generated/MeshSpec';
import type { RunSpec } from '../../types/generated/RunSpec';
import { suggest } from './suggestions';

const run = (mesh: Partial<MeshSpec>, training: Partial<RunSpec['training']> = {}, communication: Partial<RunSpec['communication']> = {}): RunSpec => ({
  ...defaultRun,
  mesh: { ...defaultRun.mesh, pipeline: 2, ...mesh },
  training: { ...defaultRun.training, batch_size: 8, micro_batches: 4, ...training },
  communication: { ...defaultRun.communication, compression: 'none', ...communication },
});
const facts = { bubble: 0, transfer: 0, stages: [0.9, 0.9] };

test.each([
  { name: 'nothing is wrong', over: {}, expected: [] },
  { name: 'a bubble at the limit', over: { bubble: 0.1 }, expected: [] },
  { name: 'stages that are all idle alike', over: { stages: [0.5, 0.5] }, expected: [] },
  { name: 'nothing is known', over: { bubble: null, transfer: null, stages: null }, expected: [] },
  { name: 'a bubble above it', over: { bubble: 0.2 }, expected: [{ kind: 'bubble', share: 0.2, remedies: ['moreMicroBatches', 'zeroBubble'] }] },
  { name: 'stages that wait for a busier one', over: { stages: [0.9, 0.5, 0.4] }, expected: [{ kind: 'idleStages', stages: [{ stage: 1, share: 0.5 }, { stage: 2, share: 0.4 }], remedies: ['balanced'] }] },
])('$name', ({ over, expected }) => {
  expect(suggest(run({}), { ...facts, ...over })).toEqual(expected);
});

test('one stage has no pipeline', () => {
  expect(suggest(run({ pipeline: 1, data: 2 }), { ...facts, bubble: 0.5, stages: [0.5] })).toEqual([]);
});

test.each([
  { name: 'as many micro-batches as sequences: the batch would have to grow', of: run({}, { micro_batches: 8 }), remedies: ['largerBatch', 'zeroBubble'] },
  { name: 'as many micro-batches as a replica has sequences', of: run({ data: 2 }), remedies: ['largerBatch', 'zeroBubble'] },
  { name: 'ZB-H1 is on', of: run({ schedule: 'zb_h1' }), remedies: ['moreMicroBatches'] },
  { name: 'two stages are the fewest of a pipeline', of: run({ pipeline: 4, schedule: 'zb_h1' }), remedies: ['moreMicroBatches', 'fewerStages'] },
  { name: 'interleaving is another way to the same', of: run({ schedule: 'interleaved_1f1b' }), remedies: ['moreMicroBatches'] },
])('against a bubble: $name', ({ of, remedies }) => {
  expect(suggest(of, { ...facts, bubble: 0.3 })).toEqual([{ kind: 'bubble', share: 0.3, remedies }]);
});

test.each([
  { name: 'replicas', of: run({ pipeline: 1, data: 2 }), remedies: ['largerBatch', 'compression'] },
  { name: 'replicas that compress', of: run({ pipeline: 1, data: 2 }, {}, { compression: 'int8' }), remedies: ['largerBatch'] },
  { name: 'tensor ranks', of: run({ pipeline: 1, tensor: 2 }), remedies: ['fewerTensorRanks'] },
  { name: 'weights that are gathered', of: run({ pipeline: 1, data: 4, zero: 'parameters' }), remedies: ['largerBatch', 'lowerZero'] },
  { name: 'a pipeline', of: run({ pipeline: 4 }), remedies: ['fewerStages'] },
])('against transfer: $name', ({ of, remedies }) => {
  expect(suggest(of, { ...facts, transfer: 0.4 })).toEqual([{ kind: 'transfer', share: 0.4, remedies }]);
});

test('where nothing that helps is left, nothing is said', () => {
  expect(suggest(run({}), { ...facts, transfer: 0.9 })).toEqual([]);
  expect(suggest(run({ partition: 'balanced' }), { ...facts, stages: [0.9, 0.4] })).toEqual([]);
});

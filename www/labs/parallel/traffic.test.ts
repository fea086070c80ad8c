import { expect, test } from 'vitest';
import { defaultRun } from '../../engine/spec/defaults';
import type { Planned } from '../../types/generated/Planned';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Traffic } from '../../types/generated/Traffic';
import { savedBytes, sumByKind, sumOf } from './traffic';

const sends = (kind: string, bytes: number, messages = 1, seconds = 0): Traffic => ({ kind, bytes, messages, wait_seconds: seconds, transfer_seconds: 2 * seconds });

test('what ranks send is summed by kind, and over all kinds', () => {
  const kinds = sumByKind([[sends('all_reduce', 10, 2, 0.5), sends('barrier', 1)], [sends('all_reduce', 5, 1, 0.25)]]);
  expect([...kinds.values()]).toEqual([sends('all_reduce', 15, 3, 0.75), sends('barrier', 1)]);
  expect(sumOf(kinds.values())).toMatchObject({ bytes: 16, messages: 4, wait_seconds: 0.75, transfer_seconds: 1.5 });
  expect(sumOf([])).toBeUndefined();
});

const replicas = (data: number, over: Partial<RunSpec['communication']> = {}): RunSpec => ({
  ...defaultRun,
  mesh: { ...defaultRun.mesh, data },
  communication: { ...defaultRun.communication, compression: 'int8', ...over },
});
const plan = (data: number): Planned =>
  ({ ranks: Array.from({ length: data }, (_, rank) => ({ rank, data: rank, pipeline: 0, tensor: 0, bytes: { gradients: 400 } })) }) as unknown as Planned;
const traffic = sumByKind([[sends('all_to_all', 100), sends('all_gather', 100), sends('barrier', 7)]]);

test.each([
  ['by ring, each gradient goes there and back', replicas(2), { sent: 200, whole: 800 }],
  ['naively, everyone sends to everyone', replicas(3, { algorithm: 'naive' }), { sent: 200, whole: 2400 }],
  ['uncompressed', replicas(2, { compression: 'none' }), null],
  ['one replica sends no gradients', replicas(1), null],
])('what compression saves: %s', (_, spec, saved) => {
  expect(savedBytes(spec, plan(spec.mesh.data), traffic)).toEqual(saved);
});

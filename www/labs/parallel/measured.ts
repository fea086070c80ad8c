/** Figures that several parts of the lab show, made of what a session measured. */
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import type { Planned } from '../types/generated/Planned';
import type { StepSummary } from './summary';
import type { Traffic } from '../types/generated/Traffic';
import type { Baseline } from './session';

/** The middle value; null of none. */
export function median(values: number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Without the first of several: it also makes what later steps find made. */
const warm = <T>(values: T[]): T[] => (values.length > 1 ? values.slice(1) : values);

/** Steps that ranks did by themselves. */
const timed = (steps: StepSummary[]): StepSummary[] => warm(steps.filter(({ byHand }) => !byHand));

export const stepSeconds = (steps: StepSummary[]): number | null => median(timed(steps).map(({ seconds }) => seconds));
export const baselineSeconds = (baseline: Baseline | null): number | null => median(warm(baseline?.seconds ?? []));
export const bubble = (steps: StepSummary[]): number | null => median(timed(steps).map(({ bubble_fraction }) => bubble_fraction));

/** How far losses are from those of one rank at most, relative to those; null: there is nothing to compare yet. */
export function largestDifference(steps: StepSummary[], baseline: Baseline | null): { relative: number; step: number } | null {
  let largest: { relative: number; step: number } | null = null;
  for (const { step, loss } of steps) {
    const alone = baseline?.losses[step - 1];
    if (alone === undefined) continue;
    const relative = Math.abs(loss - alone) / Math.abs(alone);
    if (largest === null || relative > largest.relative) largest = { relative, step };
  }
  return largest;
}

/** Sums over ranks, by kind. */
export function sumByKind(ranks: Traffic[][]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const { kind, bytes, messages, seconds_waited } of ranks.flat()) {
    const sum = sums.get(kind) ?? { kind, bytes: 0, messages: 0, seconds_waited: 0 };
    sums.set(kind, { kind, bytes: sum.bytes + bytes, messages: sum.messages + messages, seconds_waited: sum.seconds_waited + seconds_waited });
  }
  return sums;
}

/** Bytes of gradients in a step: as they are sent, and as they would be uncompressed. */
export interface Saved {
  sent: number;
  whole: number;
}

/** How compressed gradients go, and nothing else where rows are not shared out between tensor ranks. */
const COMPRESSED_KINDS = ['all_to_all', 'all_gather'];

/** What compression saved in a step; null where gradients go as they are, or together with others. */
export function savedBytes({ mesh, communication }: ParallelSpec, planned: Planned | null, traffic: Traffic[]): Saved | null {
  if (communication.compression === 'none' || mesh.data === 1 || mesh.sequence_parallel || !planned) return null;
  const sent = traffic.filter(({ kind }) => COMPRESSED_KINDS.includes(kind)).reduce((sum, { bytes }) => sum + bytes, 0);
  const gradients = planned.ranks.filter(({ data }) => data === 0).reduce((sum, { bytes }) => sum + (bytes['gradients'] ?? 0), 0);
  // All members of a group together, whatever their number sends: by ring and tree each value goes 2 (n - 1) ways.
  const ways = communication.algorithm === 'naive' ? mesh.data * (mesh.data - 1) : 2 * (mesh.data - 1);
  return { sent, whole: gradients * ways };
}

/** What ranks send, put together. */
import type { Planned } from '../../types/generated/Planned';
import type { RunSpec } from '../../types/generated/RunSpec';
import type { Traffic } from '../../types/generated/Traffic';

const plus = (a: Traffic | undefined, b: Traffic): Traffic => ({
  kind: a?.kind ?? b.kind,
  bytes: (a?.bytes ?? 0) + b.bytes,
  messages: (a?.messages ?? 0) + b.messages,
  wait_seconds: (a?.wait_seconds ?? 0) + b.wait_seconds,
  transfer_seconds: (a?.transfer_seconds ?? 0) + b.transfer_seconds,
});

/** Sums over ranks, by kind. */
export function sumByKind(ranks: readonly (readonly Traffic[])[]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const each of ranks.flat()) sums.set(each.kind, plus(sums.get(each.kind), each));
  return sums;
}

/** All kinds together; undefined where nothing is sent. */
export const sumOf = (kinds: Iterable<Traffic>): Traffic | undefined => [...kinds].reduce<Traffic | undefined>(plus, undefined);

/** Bytes of gradients in a step: as they are sent, and as they would be uncompressed. */
export interface Saved {
  sent: number;
  whole: number;
}

/** How compressed gradients go, and nothing else where rows are not shared out between tensor ranks. */
const COMPRESSED_KINDS = ['all_to_all', 'all_gather'];

/** What compression saved in a step; null where gradients go as they are, or together with others. */
export function savedBytes({ mesh, communication }: RunSpec, planned: Planned, traffic: Map<string, Traffic>): Saved | null {
  if (communication.compression === 'none' || mesh.data === 1 || mesh.sequence_parallel) return null;
  const sent = COMPRESSED_KINDS.reduce((sum, kind) => sum + (traffic.get(kind)?.bytes ?? 0), 0);
  const gradients = planned.ranks.filter(({ data }) => data === 0).reduce((sum, { bytes }) => sum + (bytes['gradients'] ?? 0), 0);
  // All members of a group together, whatever their number sends: by ring and tree each value goes 2 (n - 1) ways.
  const ways = communication.algorithm === 'naive' ? mesh.data * (mesh.data - 1) : 2 * (mesh.data - 1);
  return gradients === 0 ? null : { sent, whole: gradients * ways };
}

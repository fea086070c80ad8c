/** What connects the ranks of a world. */
import type { Wire } from '../methods';

/** Of the shared memory's layout (`src/parallel/transport/memory.rs`). */
const LINE = 64;
const MOST_RING_BYTES = 1 << 20;
const MOST_BYTES = 16 << 20;

/** A line for the run, for each rank, for each end of each ring; and the rings. */
export function sharedBytes(ranks: number, ringBytes?: number): number {
  const rings = ranks * (ranks - 1);
  const wanted = ringBytes ?? Math.min(MOST_RING_BYTES, MOST_BYTES / Math.max(1, rings));
  return LINE * (1 + ranks + 2 * rings) + Math.ceil((rings * wanted) / LINE) * LINE;
}

/** Each rank's end: the memory, or where there is none a channel to every other rank. */
export function wiresOf(ranks: number, memory: SharedArrayBuffer | null): Wire[] {
  return memory ? Array.from({ length: ranks }, () => ({ kind: 'shared', memory })) : channels(ranks);
}

function channels(ranks: number): Wire[] {
  const ports = Array.from({ length: ranks }, () => new Array<MessagePort | null>(ranks).fill(null));
  for (let a = 0; a < ranks; a++) {
    for (let b = a + 1; b < ranks; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports.map((ports) => ({ kind: 'ports', ports }));
}

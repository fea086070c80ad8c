/** What a rank holds, as a table has it. */
import type { AtGate } from '../../../types/generated/AtGate';
import type { Held } from '../../../types/generated/Held';

/** Micro-batches that are shown, at most: a step may have a thousand. */
const MOST_COLUMNS = 32;

/** Tensors by `KIND MICRO_BATCH`. */
export function placed(held: readonly Held[]): Map<string, Held[]> {
  const cells = new Map<string, Held[]>();
  for (const tensor of held) {
    const key = `${tensor.kind} ${tensor.micro_batch}`;
    const cell = cells.get(key);
    if (cell) cell.push(tensor);
    else cells.set(key, [tensor]);
  }
  return cells;
}

/** The micro-batches that are shown of so many: all; of very many those next to what a rank will do next. */
export function columnsOf(microBatches: number, gate: AtGate | undefined): number[] {
  const next = gate && 'micro_batch' in gate.action ? gate.action.micro_batch : 0;
  const first = Math.max(0, Math.min(next - MOST_COLUMNS / 2, microBatches - MOST_COLUMNS));
  return Array.from({ length: Math.min(microBatches, MOST_COLUMNS) }, (_, i) => first + i);
}

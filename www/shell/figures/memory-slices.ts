/** What a ledger held when it was fullest, for stacked bars. */
import type { MemoryUse } from '../../types/generated/MemoryUse';

/** Order in which memory is stacked: what stays first, what comes and goes last. */
export const CATEGORY_ORDER = ['parameters', 'gradients', 'optimizer', 'activations', 'kv', 'communication', 'data'];

export interface Slice {
  category: string;
  bytes: number;
}

/** Category by category; they add up to the peak. */
export function slices(memory: Record<string, MemoryUse>): Slice[] {
  const rank = (category: string): number => (CATEGORY_ORDER.indexOf(category) + CATEGORY_ORDER.length + 1) % (CATEGORY_ORDER.length + 1);
  return Object.entries(memory)
    .filter(([category, use]) => category !== 'total' && use.at_peak_bytes > 0)
    .map(([category, use]) => ({ category, bytes: use.at_peak_bytes }))
    .sort((a, b) => rank(a.category) - rank(b.category));
}

/** CSS colour of a category, the same wherever memory is drawn. */
export const memoryColour = (category: string): string => `var(--memory-${category}, var(--ink-3))`;

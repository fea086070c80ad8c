/** One piece of work. */
export interface Row {
  /** The group whose work it is, where that is not the one it stands in. */
  group?: string;
  op: string;
  shape: number[];
  cfg?: { V: number; L: number; D: number; H: number; F: number; T: number; B: number };
  unit: string;
  /** Operations of one call. */
  flop: number;
  /** Those of a training step that a causal model cannot do without: of the attention's squares half. */
  causalFlop?: number;
  /** Tokens of one call, where the unit counts them. */
  tokens?: number;
  /** The loop that measures its peak, where that is not multiply-adds. */
  roof?: string;
  peers: string[];
}

export const GROUPS: Record<string, Row[]>;
export const LIBRARIES: Record<string, { name: string; modes(threads: number): (string | undefined)[] }>;

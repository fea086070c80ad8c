import type { Row } from './groups.mjs';

/** A library that is open on a number of threads. */
export interface Handle {
  library: string;
  mode?: string;
  prepare(row: Pick<Row, 'group' | 'op' | 'shape' | 'cfg'>): Promise<{ error?: number; losses?: number[] }>;
  /** Milliseconds of one call, by form. */
  measure(ms: number): Promise<Record<string, number>>;
  close(): Promise<void>;
  /** 10⁹ operations per second at most. */
  peak?(threads: number, loop: string): Promise<number>;
}

export interface Measured {
  times: Map<string, number[]>;
  roofs: number[];
  prepared: Map<Handle, { error?: number; losses?: number[] }>;
  failures: Map<Handle, string>;
}

/** A row of the result; its figures are in `unit`. */
export interface Told {
  group: string;
  op: string;
  shape: number[];
  threads: number;
  variant: string;
  unit: string;
  ours: number;
  spread: [number, number];
  peers: Record<string, number>;
  fraction_of_peak: number;
  /** Of a training step: with only the half of the attention that a causal model computes. */
  fraction_of_peak_causal?: number;
  peak: number;
  peer_forms: Record<string, number>;
  error?: number;
  losses?: Record<string, number[]>;
  rounds: Record<string, number[]>;
}

export interface Options {
  rounds: number;
  ms: number;
  signal?: AbortSignal;
  after?(round: number, measured: Measured): unknown;
}

export function taking<T extends { library: string }>(row: Row, handles: T[]): T[];
export function peersOf(names: string[]): string[];
export function millisecondsOf(group: string, ms: number): number;
export function measure(group: string, row: Row, threads: number, handles: Handle[], options: Options): Promise<Measured>;
export function speed(row: Row, ms: number): number;
export function told(group: string, row: Row, threads: number, variant: string, measured: Measured): Told;
export function peakOf(rows: Told[], threads: number): number;

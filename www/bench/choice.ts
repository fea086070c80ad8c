/** What is to be measured, and how the address says it: `?groups=gemm,train&threads=1,2&rounds=5&peers=1`. */
import { GROUPS } from '../../tests/bench/groups.mjs';

export interface Choice {
  groups: string[];
  threads: number[];
  rounds: number;
  peers: boolean;
}

export const ROUNDS = [1, 3, 5, 9];

const DEFAULT: Choice = { groups: ['gemm', 'attention', 'train'], threads: [1, 2], rounds: 5, peers: false };

/** Numbers of threads worth measuring: doubling, and all cores. */
export function threadCounts(cores: number): number[] {
  const doubling = Array.from({ length: Math.floor(Math.log2(cores)) + 1 }, (_, i) => 2 ** i);
  return [...new Set([...doubling, cores])];
}

/** The choice in an address, as far as it can be made here; the default for the rest. */
export function readChoice(search: string, counts: number[]): Choice {
  const given = new URLSearchParams(search);
  const list = (name: string): string[] | undefined => given.get(name)?.split(',');
  const rounds = Number(given.get('rounds'));
  return {
    groups: Object.keys(GROUPS).filter((group) => (list('groups') ?? DEFAULT.groups).includes(group)),
    threads: counts.filter((count) => (list('threads')?.map(Number) ?? DEFAULT.threads).includes(count)),
    rounds: ROUNDS.includes(rounds) ? rounds : DEFAULT.rounds,
    peers: given.get('peers') === '1',
  };
}

/** A choice as the end of an address. */
export function writeChoice({ groups, threads, rounds, peers }: Choice): string {
  return `?groups=${groups.join(',')}&threads=${threads.join(',')}&rounds=${rounds}${peers ? '&peers=1' : ''}`;
}

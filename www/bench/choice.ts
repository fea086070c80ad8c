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

/** A part of an address that cannot be measured here. */
export interface Refused {
  /** Of the parameter. */
  name: string;
  /** What is refused of its value. */
  values: string[];
  accepted: string[];
}

/** The choice in an address, as far as it can be made here, with the default for what the address leaves out; and what cannot be. */
export function readChoice(search: string, counts: number[], peersHere: boolean): { choice: Choice; refused: Refused[] } {
  const given = new URLSearchParams(search);
  const refused: Refused[] = [];
  /** Those options that the address names; null where it leaves the parameter out. */
  const named = (name: string, accepted: string[]): string[] | null => {
    const text = given.get(name);
    if (text === null) return null;
    const values = [...new Set(text.split(',').map((value) => value.trim()))].filter((value) => value !== '');
    const unknown = values.filter((value) => !accepted.includes(value));
    if (unknown.length > 0) refused.push({ name, values: unknown, accepted });
    return accepted.filter((option) => values.includes(option));
  };
  const groups = Object.keys(GROUPS);
  const threads = named('threads', counts.map(String))?.map(Number) ?? counts.filter((count) => DEFAULT.threads.includes(count));
  const rounds = named('rounds', ROUNDS.map(String)) ?? [];
  const peers = named('peers', peersHere ? ['0', '1'] : ['0']) ?? [];
  return {
    choice: {
      groups: named('groups', groups) ?? groups.filter((group) => DEFAULT.groups.includes(group)),
      threads,
      rounds: rounds.length > 0 ? Number(rounds[0]) : DEFAULT.rounds,
      peers: peers.includes('1'),
    },
    refused,
  };
}

/** A choice as the end of an address. */
export function writeChoice({ groups, threads, rounds, peers }: Choice): string {
  return `?groups=${groups.join(',')}&threads=${threads.join(',')}&rounds=${rounds}${peers ? '&peers=1' : ''}`;
}

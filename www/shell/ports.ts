/** What the shell knows of the world, handed in by whoever mounts a lab: a page, an embed, a test. Nothing here throws. */
import type { EngineHost } from '../engine/host';
import type { Language } from './text/language';

/** The address of the page, as far as it holds an experiment. */
export interface AddressPort {
  /** The hash, with its `#`; empty for none. */
  read(): string;
  /** Writes a hash; what is written often is written once it rests. */
  write(hash: string): void;
  /** The whole address with another hash, for links to be copied. */
  href(hash: string): string;
  /** Tells of a hash that somebody else wrote, until the function that is returned is called. */
  follow(changed: () => void): () => void;
}

/** A few words that are remembered, where that is allowed. */
export interface StoragePort {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** Time. */
export interface ClockPort {
  /** Milliseconds, on a clock that never goes back. */
  now(): number;
  /** Calls after some milliseconds, unless the function that is returned is called before. */
  after(milliseconds: number, act: () => void): () => void;
}

/** How the page looks. */
export type Theme = 'light' | 'dark' | 'auto';

/** All of them. */
export interface Ports {
  address: AddressPort;
  storage: StoragePort;
  /** What is remembered as long as the tab lives. */
  tab: StoragePort;
  clock: ClockPort;
  engine: EngineHost;
  /** The language to begin with. */
  language: Language;
}

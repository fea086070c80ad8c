/** The messages between a {@link Lab} and its engine worker. Every request has an id; every request is answered. */
import type { Environment } from '../types/generated/Environment';
import type { Event } from '../types/generated/Event';
import type { Problem } from '../types/generated/Problem';

/** Raised when a message changes; both sides come from one build, so a mismatch means a stale cache. */
export const PROTOCOL_VERSION = 1;

/** What a person can do to a running experiment. */
export type Control = 'pause' | 'resume' | 'step' | 'cancel';

/** From the page to the worker. */
export type Request =
  /** Load the engine; answered with its {@link Environment}. `threads` null: one per core; 0: a build without threads. */
  | { type: 'open'; id: number; version: number; engineBase: string; assetBase: string; threads: number | null }
  /** Keep a file of the visitor under `file:NAME`. */
  | { type: 'file'; id: number; name: string; bytes: Uint8Array }
  /** All problems of a spec; answered with `Problem[]`. */
  | { type: 'check'; id: number; spec: unknown }
  /** Fetch what an experiment will need; answered when all is there. */
  | { type: 'preload'; id: number; spec: unknown }
  /** Run an experiment; answered with its `ExperimentResult`. */
  | { type: 'run'; id: number; spec: unknown }
  /** Control the experiment that request `target` started; `run` names one of its runs. Not answered. */
  | { type: 'control'; target: number; action: Control; run: number | null };

/** How far a download is; `total` is null where the server does not say. */
export interface Loading {
  asset: string;
  received: number;
  total: number | null;
}

/** From the worker to the page. */
export type Reply =
  /** The request succeeded. */
  | { type: 'done'; id: number; value: unknown }
  /** The request failed; the worker lives on. */
  | { type: 'refused'; id: number; problems: Problem[] }
  /** All of the engine is here, and its threads are being started: the answer to `open` is moments away. */
  | { type: 'threads'; id: number }
  /** What happened in an experiment since the last such message. */
  | { type: 'events'; id: number; events: Event[] }
  /** A file that an experiment needs is on its way. */
  | { type: 'loading'; id: number; loading: Loading }
  /** The engine's instance is beyond use: every waiting call fails with this problem. */
  | { type: 'crashed'; problem: Problem };

/** Answer to `open`. */
export type Opened = Environment;

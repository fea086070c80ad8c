/** The messages of the RPC, and what carries them. */
import type { Problem } from '../../types/generated/Problem';

/** Raised when a message below changes. */
export const PROTOCOL_VERSION = 2;

/** Who speaks: both sides have to be of one protocol and one build. */
export interface Identity {
  protocol: number;
  build: string;
}

/** From the client to the server. */
export type ToServer =
  | ({ rpc: 'hello' } & Identity)
  /** Answered with `result` or `failure`, even after `abort`. */
  | { rpc: 'call'; id: number; method: string; args: unknown }
  | { rpc: 'abort'; id: number }
  /** A call that is not answered. */
  | { rpc: 'notify'; method: string; args: unknown }
  /** The client leaves: what still runs for it is aborted. */
  | { rpc: 'bye' };

/** From the server to the client. */
export type ToClient =
  /** The worker's script runs; sent once, before anything is asked. */
  | { rpc: 'awake' }
  /** The worker's script could not be imported; sent by what was to import it. */
  | { rpc: 'unable'; detail: string }
  | ({ rpc: 'welcome' } & Identity)
  | { rpc: 'result'; id: number; value: unknown }
  | { rpc: 'failure'; id: number; problems: Problem[] }
  | { rpc: 'progress'; id: number; value: unknown }
  | { rpc: 'event'; name: string; value: unknown }
  /** The server is in an unknown state and answers nothing any more. */
  | { rpc: 'fatal'; problems: Problem[] };

/** A `Worker`, a `MessagePort`, or a worker's own global scope. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: EventListener): void;
  removeEventListener(type: string, listener: EventListener): void;
  /** Ports deliver nothing before. */
  start?(): void;
}

/** The scope of the worker that this script runs in. */
export const workerScope = (): Endpoint => globalThis as unknown as Endpoint;

/** The message in an event, if it is one of the RPC's: others may talk over the same endpoint. */
export function messageIn<T extends { rpc: string }>(event: Event): T | undefined {
  const { data } = event as MessageEvent<unknown>;
  return typeof data === 'object' && data !== null && typeof (data as { rpc?: unknown }).rpc === 'string' ? (data as T) : undefined;
}

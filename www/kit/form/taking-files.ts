/** Files of the visitor on their way from a field to whoever keeps them. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { KitText } from '../text/text';

/** What was dropped or chosen, as the browser gives it. A `DataTransfer` is empty once its event is over: read it before waiting for anything. */
export type GivenFiles = { from: 'drop'; transfer: DataTransfer } | { from: 'chooser'; files: File[] };

/** Handed to whoever takes files in. */
export interface TakingContext {
  /** Aborted when the visitor stops it, gives other files, or leaves. */
  signal: AbortSignal;
  /** Tells how far it is. `total`: null where it is not known. Both in bytes. */
  progress(name: string, done: number, total: number | null): void;
}

/** Takes files in; is called while their event goes on. Rejects with what is to be shown: an error whose message is in the visitor's language. */
export type TakeFiles = (given: GivenFiles, context: TakingContext) => Promise<void>;

/** That a field takes the visitor's own files. */
export interface FileOffer {
  take: TakeFiles;
  /** Whether several may be chosen at once. */
  multiple?: boolean;
  /** Whether a folder may be chosen, too. */
  folder?: boolean;
  accept?: string;
  /** What files are wanted, for whoever is about to choose. */
  hint?: string;
}

export interface Taking {
  name: string;
  done: number;
  total: number | null;
}

/** One taking at a time; the next ends the one before. Nothing it is given to call can leave a rejection unhandled. */
export class FileTaker implements ReactiveController {
  /** How far it is; null: nothing is being taken. */
  current: Taking | null = null;
  /** Why the last taking failed. */
  failure: unknown = null;

  private abort: AbortController | null = null;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  start(take: TakeFiles, given: GivenFiles): void {
    this.stop();
    const abort = (this.abort = new AbortController());
    const mine = (): boolean => this.abort === abort;
    const { signal } = abort;
    this.failure = null;
    this.current = { name: '', done: 0, total: null };
    this.host.requestUpdate();
    const progress = (name: string, done: number, total: number | null): void => {
      if (!mine()) return;
      this.current = { name, done, total };
      this.host.requestUpdate();
    };
    const ended = (failure: unknown): void => {
      if (!mine()) return;
      this.abort = null;
      this.current = null;
      this.failure = failure;
      this.host.requestUpdate();
    };
    // It may throw before it returns a promise, too.
    new Promise<void>((resolve) => resolve(take(given, { signal, progress }))).then(() => ended(null), ended);
  }

  /** Ends what is going on; no failure is shown. */
  stop(): void {
    this.abort?.abort(new DOMException('stopped by the visitor', 'AbortError'));
    this.abort = null;
    this.current = null;
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.stop();
  }
}

/** The names of errors with which browsers refuse to read a file. */
const UNREADABLE = ['NotFoundError', 'NotReadableError', 'SecurityError'];

/** Why files were not taken in, in words; null where somebody stopped it. */
export function failureText(failure: unknown, text: KitText): string | null {
  if (failure === null) return null;
  if (failure instanceof DOMException && failure.name === 'AbortError') return null;
  if (failure instanceof DOMException && UNREADABLE.includes(failure.name)) return text.files.unreadable;
  if (failure instanceof RangeError) return text.files.tooLarge;
  if (failure instanceof Error && failure.message !== '') return failure.message;
  return text.files.failed(String(failure));
}

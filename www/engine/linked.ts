/** A signal that is aborted when one of several is. Unlike the one that browsers make of several, it lets go of them when it is no longer needed. */
export class LinkedAbort {
  private readonly controller = new AbortController();
  private readonly links: (() => void)[] = [];

  constructor(...signals: (AbortSignal | undefined)[]) {
    for (const signal of signals) {
      if (!signal) continue;
      const abort = (): void => this.abort(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort);
      this.links.push(() => signal.removeEventListener('abort', abort));
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  /** Lets go of the signals. */
  unlink(): void {
    for (const unlink of this.links.splice(0)) unlink();
  }
}

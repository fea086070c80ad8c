/** Acts again whenever what it has read changes. */
import { Signal } from 'signal-polyfill';

/** Runs `act` now, and again after each change of what it has read, until the function that is returned is called. */
export function effect(act: () => unknown): () => void {
  const computed = new Signal.Computed(act);
  let waiting = false;
  let over = false;
  const watcher = new Signal.subtle.Watcher(() => {
    if (waiting || over) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (over) return;
      try {
        for (const pending of watcher.getPending()) pending.get();
      } finally {
        // It goes on after a fault, too: what is read next may be right again.
        watcher.watch();
      }
    });
  });
  watcher.watch(computed);
  computed.get();
  return () => {
    over = true;
    watcher.unwatch(computed);
  };
}

/** Waits until something holds; rejected with the reason of the signal. */
export function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  const ends: (() => void)[] = [];
  return new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort);
    ends.push(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) return abort();
    ends.push(effect(() => holds() && resolve()));
  }).finally(() => ends.forEach((end) => end()));
}

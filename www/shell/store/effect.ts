/** Acts again whenever what it has read changes. */
import { Signal } from 'signal-polyfill';

/** Runs `act` now, and again after each change of what it has read, until the function that is returned is called. */
export function effect(act: () => void): () => void {
  const computed = new Signal.Computed(act);
  let waiting = false;
  let over = false;
  const watcher = new Signal.subtle.Watcher(() => {
    if (waiting || over) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (over) return;
      for (const pending of watcher.getPending()) pending.get();
      watcher.watch();
    });
  });
  watcher.watch(computed);
  computed.get();
  return () => {
    over = true;
    watcher.unwatch(computed);
  };
}

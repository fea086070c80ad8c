/** The script `isolation.js` of every page that may isolate itself. */
import { isolate } from './register';

void isolate(
  {
    crossOriginIsolated: window.crossOriginIsolated,
    framed: window.top !== window,
    serviceWorker: navigator.serviceWorker,
    session: () => window.sessionStorage,
    touched: () => navigator.userActivation?.hasBeenActive ?? false,
    reload: () => location.reload(),
    patience: () => new Promise((resolve) => setTimeout(() => resolve(undefined), 10_000)),
  },
  new URL(/* @vite-ignore */ './isolation-worker.js', import.meta.url),
);

/** Storage and time of a browser. */
import type { ClockPort, StoragePort } from './ports';

/** What the browser remembers for the site, or for one tab of it; nothing where that is forbidden. */
export function browserStorage(window: Window, kind: 'localStorage' | 'sessionStorage' = 'localStorage'): StoragePort {
  const attempt = <T>(act: (storage: Storage) => T): T | null => {
    try {
      return act(window[kind]);
    } catch {
      return null;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key)),
    set: (key, value) => void attempt((storage) => storage.setItem(key, value)),
  };
}

/** Words that are remembered as long as the page lives. */
export function memoryStorage(): StoragePort {
  const words = new Map<string, string>();
  return { get: (key) => words.get(key) ?? null, set: (key, value) => void words.set(key, value) };
}

export const browserClock: ClockPort = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

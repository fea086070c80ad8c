/** Which tab runs which entry. */
import { isLease } from './check';
import type { Store } from './store';

/** An entry that this tab holds. */
export interface Hold {
  /** Aborted where another tab took it over, as it may while this one is frozen and the browser has no locks. */
  readonly lost: AbortSignal;
  /** Resolved once others can take it. */
  release(): Promise<void>;
}

/** Holding entries against other tabs. */
export interface LockPort {
  /** Null where another tab, or this one, holds it. */
  take(id: string): Promise<Hold | null>;
  /** The ids of what is held in any open tab. */
  held(): Promise<ReadonlySet<string>>;
  dispose(): void;
}

const PREFIX = 'tinyai-entry:';

/** Holds by Web Locks; the browser releases those of a tab that ends. */
export function webLocks(locks: LockManager): LockPort {
  const own = new Set<() => Promise<void>>();
  return {
    take: (id) =>
      new Promise((resolve, reject) => {
        const hold = (lock: Lock | null): Promise<void> | undefined => {
          if (!lock) return void resolve(null);
          return new Promise((free) => {
            const release = (): Promise<void> => {
              own.delete(release);
              free();
              return held.then(() => undefined);
            };
            own.add(release);
            resolve({ lost: new AbortController().signal, release });
          });
        };
        const held = locks.request(PREFIX + id, { ifAvailable: true }, hold).catch(reject);
      }),
    async held() {
      const names = ((await locks.query()).held ?? []).map((lock) => lock.name ?? '');
      return new Set(names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
    },
    dispose: () => [...own].forEach((release) => void release()),
  };
}

export interface LeaseOptions {
  /** Milliseconds between two heartbeats. */
  readonly beat?: number;
  /** Milliseconds after which an entry without a heartbeat is free; timers of hidden tabs may run once a minute only. */
  readonly term?: number;
}

/** Holds by dates in the library's own store, renewed while the tab lives. For browsers and frames without Web Locks. */
export function leases(store: Store, owner: string, { beat = 10_000, term = 90_000 }: LeaseOptions = {}): LockPort {
  const own = new Map<string, () => Promise<void>>();

  /** Takes the lease, or renews one that runs until then; null where this tab does not have it (any more), else its new end. */
  const renew = (id: string, end: number | null): Promise<number | null> =>
    store.write(async (transaction) => {
      const lease = await transaction.get('leases', id);
      const now = Date.now();
      if (isLease(lease)) {
        if (lease.owner !== owner && (end !== null || lease.until > now)) return null;
        // While it had run out, another tab may have had it and be done with it.
      } else if (end !== null && end < now) return null;
      await transaction.put('leases', id, { owner, until: now + term });
      return now + term;
    });

  const free = (id: string): Promise<void> =>
    store.write(async (transaction) => {
      const lease = await transaction.get('leases', id);
      if (isLease(lease) && lease.owner === owner) await transaction.delete('leases', id);
    });

  return {
    async take(id) {
      if (own.has(id)) return null;
      let end = await renew(id, null);
      if (end === null) return null;
      const lost = new AbortController();
      const told = (renewed: number | null): void => {
        if (!own.has(id)) return;
        if (renewed !== null) end = renewed;
        else {
          stop();
          lost.abort(new DOMException('another tab took the entry over', 'AbortError'));
        }
      };
      // A store that fails cannot tell of anyone who took it over.
      const timer = setInterval(() => renew(id, end).then(told, () => undefined), beat);
      const stop = (): void => {
        clearInterval(timer);
        own.delete(id);
      };
      const release = async (): Promise<void> => {
        if (!own.has(id)) return;
        stop();
        // Where this fails, the lease runs out by itself.
        await free(id).catch(() => undefined);
      };
      own.set(id, release);
      return { lost: lost.signal, release };
    },
    held: () =>
      store.read(async (transaction) => {
        const now = Date.now();
        const live = (await transaction.all('leases')).filter(([, lease]) => isLease(lease) && lease.until > now);
        return new Set(live.map(([id]) => id));
      }),
    dispose: () => [...own.values()].forEach((release) => void release()),
  };
}

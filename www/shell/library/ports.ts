/** What the library needs of the browser besides a store. */
import { isObject } from './check';

/** Telling the other tabs of this origin what changed. */
export interface ChangePort {
  tell(ids: readonly string[]): void;
  /** Calls back with the ids that another tab changed, until it is closed. */
  listen(listener: (ids: readonly string[]) => void): void;
  close(): void;
}

/** For pages whose library no other tab sees. */
export const noChanges = (): ChangePort => ({ tell: () => undefined, listen: () => undefined, close: () => undefined });

/** Changes told over a BroadcastChannel. */
export function broadcastChanges(channel: BroadcastChannel): ChangePort {
  return {
    tell(ids) {
      try {
        channel.postMessage({ ids });
      } catch {
        // The channel is closed: the page is ending.
      }
    },
    listen(listener) {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isObject(data) && Array.isArray(data['ids'])) listener(data['ids'].filter((id) => typeof id === 'string'));
      });
    },
    close: () => channel.close(),
  };
}

/** Bytes that the whole site uses, and may use; of the latter, Chromium tells more than is true. */
export interface Usage {
  readonly used: number;
  readonly granted: number;
  /** Whether the browser promised not to clear them when the disk fills up. */
  readonly kept: boolean;
}

export interface QuotaPort {
  /** Null where the browser does not tell. */
  usage(): Promise<Usage | null>;
  /** Asks the browser, which may ask the person, never to clear what is stored by itself. */
  keep(): Promise<boolean>;
}

export const noQuota = (): QuotaPort => ({ usage: async () => null, keep: async () => false });

export function browserQuota(storage: StorageManager): QuotaPort {
  return {
    async usage() {
      try {
        const [{ usage, quota }, kept] = await Promise.all([storage.estimate(), storage.persisted()]);
        return usage === undefined || quota === undefined ? null : { used: usage, granted: quota, kept };
      } catch {
        return null;
      }
    },
    async keep() {
      try {
        return await storage.persist();
      } catch {
        return false;
      }
    },
  };
}

import type { Text } from '../../types/generated/Text';
import { IndexedDbStore, type IndexedDbOptions } from './indexed-db-store';
import type { Library } from './library';
import { leases, webLocks, type LockPort } from './locks';
import { MemoryStore } from './memory-store';
import { newId } from './entry';
import { forbidden, storageError } from './problems';
import { broadcastChanges, browserQuota, noChanges, noQuota, type ChangePort, type QuotaPort } from './ports';
import { StoredLibrary, type LibraryOptions } from './stored-library';
import { untilAborted, type Store } from './store';

/** What of a browser the library uses; each may be missing, and even looking for it may throw. */
export interface StorageWorld {
  readonly indexedDB?: IDBFactory | null;
  readonly navigator?: { readonly locks?: LockManager; readonly storage?: StorageManager };
  readonly BroadcastChannel?: typeof BroadcastChannel;
}

export interface OpenOptions extends IndexedDbOptions, LibraryOptions {
  readonly signal?: AbortSignal;
}

export interface OpenedLibrary {
  readonly library: Library;
  /** Whether it outlives the tab. */
  readonly persistent: boolean;
  /** Why it does not. */
  readonly reason: Text | null;
}

/** Opens the library in the browser or, where that cannot be, in this tab. Rejected only with the signal's reason. */
export async function openLibrary(world: StorageWorld, options: OpenOptions = {}): Promise<OpenedLibrary> {
  const { signal, name = 'tinyai-library' } = options;
  let store: Store | undefined;
  let library: StoredLibrary | undefined;
  try {
    const factory = world.indexedDB;
    if (!factory) throw forbidden();
    store = new IndexedDbStore(factory, options);
    await proven(store, signal);
    const ports = { locks: await locksOf(world, store), changes: changesOf(world, name), quota: quotaOf(world) };
    library = new StoredLibrary(store, ports, options);
    await untilAborted(library.start(), signal);
    return { library, persistent: true, reason: null };
  } catch (thrown) {
    library?.dispose();
    store?.close();
    signal?.throwIfAborted();
    const memory = new MemoryStore();
    library = new StoredLibrary(memory, { locks: leases(memory, newId()), changes: noChanges(), quota: noQuota() }, options);
    await library.start();
    return { library, persistent: false, reason: storageError(thrown).problem.message };
  }
}

/** Some browsers open databases that then take nothing. */
function proven(store: Store, signal: AbortSignal | undefined): Promise<void> {
  return store.write(async (transaction) => {
    await transaction.put('leases', '-', { owner: '-', until: 0 });
    await transaction.delete('leases', '-');
  }, signal);
}

async function locksOf(world: StorageWorld, store: Store): Promise<LockPort> {
  try {
    const locks = world.navigator?.locks;
    if (locks) {
      await untilAborted(locks.query(), AbortSignal.timeout(2_000));
      return webLocks(locks);
    }
  } catch {
    // Frames without an origin have the object, but may not use it.
  }
  return leases(store, newId());
}

function changesOf(world: StorageWorld, name: string): ChangePort {
  try {
    return world.BroadcastChannel ? broadcastChanges(new world.BroadcastChannel(name)) : noChanges();
  } catch {
    return noChanges();
  }
}

function quotaOf(world: StorageWorld): QuotaPort {
  try {
    const storage = world.navigator?.storage;
    return storage ? browserQuota(storage) : noQuota();
  } catch {
    return noQuota();
  }
}

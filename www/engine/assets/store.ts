/**
 * The files of a page: those of the site, each downloaded once however many labs and workers ask for it, and the visitor's own.
 * Where the page is cross-origin isolated they are in shared memory, of which all workers read the same bytes.
 */
import { TinyaiError, problem } from '../error';
import { LinkedAbort } from '../linked';
import { Once, type WaitOptions } from '../once';
import { sharesMemory } from '../variants';
import { allocator } from './bytes';
import { browserNetwork, download, type Loading, type Network } from './download';
import { list, rootsOf, type Dropped } from './dropped';
import { readOwn, type OwnAsset, type OwnKind } from './own';
import { nameTaken, notInTab } from './own-problems';

/** How a store is made. */
export interface AssetStoreOptions extends Partial<Network> {
  /** Where `models/` and `corpora/` are. */
  base: string | URL;
  /** Whether files are kept in shared memory; by default, if this page may. */
  shared?: boolean;
}

/** How somebody waits for files. */
export type AssetOptions = WaitOptions<Loading>;

/** Files to be posted to a worker, and the buffers among them that move there. */
export interface Parcel {
  files: Map<string, Uint8Array>;
  transfer: Transferable[];
}

/** Prefix of the names of the visitor's own files. */
const OWN = 'file:';

export class AssetStore {
  /** Whether workers read the same bytes as the page. */
  readonly shared: boolean;

  private readonly base: URL;
  private readonly network: Network;
  private readonly downloads = new Once<Uint8Array, Loading>();
  private readonly ownFiles = new Map<string, Uint8Array>();
  private readonly ownAssets = new Map<string, OwnAsset>();
  private readonly life = new AbortController();

  constructor({ base, shared = sharesMemory(), ...network }: AssetStoreOptions) {
    this.base = new URL(base);
    this.shared = shared;
    this.network = { ...browserNetwork, ...network };
  }

  /**
   * The bytes of a file: a path below the base, or `file:…`. They are the store's own, which others read too: nobody may write
   * into them. Fails with a {@link TinyaiError}, or with the reason of the signal; a download that nobody waits for any more is
   * aborted, and one that failed is tried again for the next who asks.
   */
  get(path: string, options: AssetOptions = {}): Promise<Uint8Array> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    if (path.startsWith(OWN)) {
      const bytes = this.ownFiles.get(path);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new TinyaiError([notInTab(path)]));
    }
    const allocate = allocator(this.shared);
    const { network } = this;
    return this.downloads.get(path, (signal, progress) => download(new URL(path, this.base), path, { network, allocate, signal, progress }), options);
  }

  /**
   * Several files at once, by path. Files of the visitor that are not in this tab are left out: the runs that need them fail,
   * the others do not. Where one fails, the others are waited for no longer.
   */
  async getAll(paths: Iterable<string>, { signal, onProgress }: AssetOptions = {}): Promise<Map<string, Uint8Array>> {
    const wanted = [...new Set(paths)].filter((path) => !path.startsWith(OWN) || this.ownFiles.has(path));
    const together = new LinkedAbort(signal);
    try {
      const found = wanted.map(async (path) => [path, await this.get(path, { signal: together.signal, onProgress })] as const);
      return new Map(await Promise.all(found));
    } catch (error) {
      together.abort(error);
      throw error;
    } finally {
      together.unlink();
    }
  }

  /** Fetches files beforehand, so that whoever asks for them later need not wait, nor have a network. */
  async preload(paths: Iterable<string>, options: AssetOptions = {}): Promise<void> {
    await this.getAll(paths, options);
  }

  /** Files for a worker: shared memory that it reads in place, or else copies that move to it. */
  async forWorker(paths: Iterable<string>, options: AssetOptions = {}): Promise<Parcel> {
    const files = await this.getAll(paths, options);
    if (this.shared) return { files, transfer: [] };
    const copies = new Map<string, Uint8Array>();
    for (const [path, bytes] of files) {
      const copy = allocator(false)(bytes.length);
      copy.set(bytes);
      copies.set(path, copy);
    }
    return { files: copies, transfer: Array.from(copies.values(), ({ buffer }) => buffer) };
  }

  /**
   * Takes in a text or a model of the visitor: a file, the three files of a model, or a folder with them. What a drop gives
   * has to be handed over within its event. Fails with a {@link TinyaiError}, or with the reason of the signal.
   */
  addOwn(dropped: Dropped, kind: OwnKind, { signal, onProgress }: AssetOptions = {}): Promise<OwnAsset> {
    const roots = rootsOf(dropped);
    return this.readOwn(roots, kind, { signal, onProgress });
  }

  private async readOwn(roots: ReturnType<typeof rootsOf>, kind: OwnKind, { signal, onProgress }: AssetOptions): Promise<OwnAsset> {
    const link = new LinkedAbort(this.life.signal, signal);
    try {
      const listing = await list(roots, link.signal);
      const { files, ...asset } = await readOwn(listing, kind, { allocate: allocator(this.shared), signal: link.signal, onProgress });
      link.signal.throwIfAborted();
      // The same name means the same bytes: those that are here already may be in use.
      if (!this.ownAssets.has(asset.name)) {
        for (const [path, bytes] of files) this.ownFiles.set(path, bytes);
        this.ownAssets.set(asset.name, asset);
      }
      return asset;
    } finally {
      link.unlink();
    }
  }

  /** Keeps bytes under a name of the caller's, `file:NAME`, for those who write code; a name that other bytes have is refused. */
  addBytes(name: `file:${string}`, bytes: Uint8Array): void {
    this.life.signal.throwIfAborted();
    const kept = this.ownFiles.get(name);
    if (kept) {
      if (kept.length !== bytes.length || kept.some((byte, i) => byte !== bytes[i])) throw nameTaken(name);
      return;
    }
    const copy = allocator(this.shared)(bytes.length);
    copy.set(bytes);
    this.ownFiles.set(name, copy);
  }

  /** Takes back files of the visitor that were kept elsewhere, by the paths that they had in this store. */
  restore(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [path, bytes] of files) this.addBytes(path as `file:${string}`, bytes);
    for (const asset of assetsIn(files)) if (!this.ownAssets.has(asset.name)) this.ownAssets.set(asset.name, asset);
  }

  /** The visitor's texts and models in this tab, in the order they were added. */
  own(): OwnAsset[] {
    return [...this.ownAssets.values()];
  }

  /** The visitor's files in this tab that a spec names, by path. */
  filesOf(spec: unknown): Map<string, Uint8Array> {
    const text = JSON.stringify(spec);
    const named = (path: string): boolean => text.includes(JSON.stringify(path)) || text.includes(JSON.stringify(path.slice(0, path.lastIndexOf('/'))));
    return new Map([...this.ownFiles].filter(([path]) => named(path)));
  }

  /** Lets go of a text or model; runs that have it already keep it. */
  removeOwn(name: string): void {
    this.ownAssets.delete(name);
    for (const path of this.ownFiles.keys()) if (path === name || path.startsWith(`${name}/`)) this.ownFiles.delete(path);
  }

  /** Aborts what is under way and lets go of all bytes. */
  dispose(): void {
    const reason = new TinyaiError([problem('internal', 'The page was closed.', '页面已关闭。')]);
    this.life.abort(reason);
    this.downloads.dispose(reason);
    this.ownFiles.clear();
    this.ownAssets.clear();
  }
}

/** Files of the visitor as the assets that they are of: a model's lie in a folder. */
function assetsIn(files: ReadonlyMap<string, Uint8Array>): OwnAsset[] {
  const found = new Map<string, OwnAsset>();
  for (const [path, { length }] of files) {
    const slash = path.indexOf('/');
    const name = slash < 0 ? path : path.slice(0, slash);
    const bytes = (found.get(name)?.bytes ?? 0) + length;
    found.set(name, { name, kind: slash < 0 ? 'text' : 'model', bytes });
  }
  return [...found.values()];
}

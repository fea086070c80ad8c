/** What the labs of a page share: one engine worker, one copy of every file, each build compiled once. */
// oxlint-disable-next-line import/default -- Vite makes it.
import engineWorker from './worker/engine.worker.ts?worker&url';
// oxlint-disable-next-line import/default -- Vite makes it.
import rankWorker from './worker/rank.worker.ts?worker&url';
import type { Environment } from '../types/generated/Environment';
import type { Problem } from '../types/generated/Problem';
import { AssetStore } from './assets';
import { TinyaiError, problem } from './error';
import type { Build, EngineMethods, RankEvents, RankMethods } from './methods';
import { ModuleCache, WasmBlocked } from './module';
import { Hung, STARTING_MILLISECONDS, untilAnswered, within } from './patience';
import { EnginePool, type Lease } from './pool';
import type { RpcClient } from './rpc';
import { RANK_VARIANTS, firstToLoad, folderOf, isDev, probe, there, usable, type Variant } from './variants';
import { WorkerBlocked, connectHere, connectWorker } from './worker-start';
import type { RankClient } from './world/world';

/** Where things are, and how the engine runs. */
export interface HostOptions {
  /** Where `models/` and `corpora/` are. */
  assetBase: string | URL;
  /** Where the folders of the engine's builds are. */
  engineBase: string | URL;
  /** Threads of the kernels' pool; by default one per core. */
  threads?: number | undefined;
}

/** How many workers are started, one after the other, as long as they hang; the last without threads. */
const TRIES = 4;

/** The engine worker's client. */
export type EngineClient = RpcClient<EngineMethods>;

export class EngineHost {
  readonly assets: AssetStore;
  readonly cores = globalThis.navigator?.hardwareConcurrency || 1;
  private readonly modules: ModuleCache;
  private readonly pool: EnginePool<EngineMethods>;
  private readonly engineBase: string;
  private started: Environment | null = null;
  private blocked: Problem | null = null;

  constructor(private readonly options: HostOptions) {
    this.engineBase = new URL(options.engineBase).href;
    this.assets = new AssetStore({ base: options.assetBase });
    this.modules = new ModuleCache({ base: options.engineBase });
    this.pool = new EnginePool<EngineMethods>({ start: (signal) => this.start(signal) });
  }

  /** Where the engine runs; null until it has been started once. */
  get environment(): Environment | null {
    return this.started;
  }

  /** Why the engine runs on the page itself instead of in a worker; null: it does not. */
  get workerProblem(): Problem | null {
    return this.blocked;
  }

  /** A hold on the engine for one lab; it has to be released. */
  acquire(): Lease<EngineMethods, Record<never, never>> {
    return this.pool.acquire();
  }

  /** The build for ranks here. */
  async rankBuild(signal: AbortSignal): Promise<Build> {
    const fitting = usable(await probe(), RANK_VARIANTS);
    const candidates = there(fitting);
    const { loaded, failures } = await firstToLoad(candidates, (variant) => this.build(variant, signal));
    if (!loaded) throw candidates.length === 0 && fitting.length > 0 ? ranksNotBuilt(fitting) : noBuild(failures);
    return loaded;
  }

  /** Starts a rank's worker; whoever gets it has to close it. */
  startRank(rank: number, signal: AbortSignal): Promise<RankClient> {
    return connectWorker<RankMethods, RankEvents>(rankWorker, { name: `rank ${rank}`, signal });
  }

  /** Ends everything, and settles every waiting call. */
  dispose(): void {
    this.pool.dispose();
    this.modules.dispose();
    this.assets.dispose();
  }

  private async start(signal: AbortSignal): Promise<EngineClient> {
    // The build is on its way while the worker starts.
    const expected = there(usable(await probe()))[0];
    if (expected) void this.build(expected, signal).catch(() => undefined);
    try {
      return await untilAnswered(TRIES, async (last) => this.loaded(await connectWorker<EngineMethods>(engineWorker, { name: 'engine', signal }), signal, !last));
    } catch (error) {
      if (!(error instanceof WorkerBlocked) || error.because === 'silence') throw error;
      // The page waits while the engine computes, but it computes.
      this.blocked = error.problems[0]!;
      const { engineHandlers } = await import('./worker/engine-handlers');
      return this.loaded(await connectHere<EngineMethods>(engineHandlers(), { name: 'engine' }), signal, false);
    }
  }

  private async loaded(client: EngineClient, signal: AbortSignal, threaded: boolean): Promise<EngineClient> {
    try {
      const features = await within(STARTING_MILLISECONDS, (begin) => {
        begin();
        return client.call('features', { threaded }, { signal });
      });
      const threads = this.options.threads ?? this.cores;
      const fitting = usable(features);
      // `cargo xtask serve` builds first what browsers ask for.
      if (import.meta.env.DEV && fitting[0]) void fetch(new URL(`wanted/${fitting[0].name}`, this.engineBase)).catch(() => undefined);
      const candidates = there(fitting);
      let hung: Hung | undefined;
      const { loaded, failures } = await firstToLoad(candidates, async (variant) => {
        const build = await this.build(variant, signal);
        return within(STARTING_MILLISECONDS, (begin) => client.call('load', { ...build, threads }, { signal, onProgress: begin })).catch((error: unknown) => {
          if (error instanceof Hung) {
            hung = error;
            client.close();
          }
          throw error;
        });
      });
      if (hung) throw hung;
      signal.throwIfAborted();
      if (!loaded) throw candidates.length === 0 && fitting.length > 0 ? notBuilt(fitting) : noBuild(failures);
      this.started = loaded;
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  private async build({ name }: Variant, signal: AbortSignal): Promise<Build> {
    const folder = folderOf(name);
    const module = await this.modules.get(folder, { signal }).catch((error: unknown) => {
      // A worker that was started directly may be allowed to compile where the page is not.
      if (error instanceof WasmBlocked) return null;
      throw error;
    });
    return { base: this.engineBase, folder, dev: isDev(name), module };
  }
}

function noBuild(failures: string[]): TinyaiError {
  const detail = failures.join('; ');
  if (failures.length > 0) {
    const en = `The engine could not be loaded (${detail}). Check the connection and reload the page.`;
    return new TinyaiError([problem('not_found', en, `引擎加载失败（${detail}）。请检查网络连接并重新载入页面。`, detail)]);
  }
  const en = 'This browser has no WebAssembly with SIMD, which the engine needs. Use Chrome 109, Firefox 115, Safari 16.4 or newer.';
  return new TinyaiError([problem('not_allowed', en, '此浏览器不支持引擎所需的 WebAssembly SIMD。请使用 Chrome 109、Firefox 115、Safari 16.4 或更新的版本。')]);
}

function ranksNotBuilt(fitting: Variant[]): TinyaiError {
  const names = fitting.map((variant) => variant.name).join(', ');
  const en = `The engine for the ranks of a mesh is not built yet (one of ${names}). Once \`cargo xtask serve\` says that it is, reload the page and run the mesh again.`;
  return new TinyaiError([problem('internal', en, `并行进程所用的引擎尚未编译（${names} 之一）。待 \`cargo xtask serve\` 提示编译完成后，请重新载入页面并再次运行。`, names)]);
}

function notBuilt(fitting: Variant[]): TinyaiError {
  const names = fitting.map((variant) => variant.name).join(', ');
  const en = `The engine for this browser is not built yet (one of ${names}). While \`cargo xtask serve\` runs, the page starts by itself once it is.`;
  return new TinyaiError([problem('internal', en, `适用于此浏览器的引擎尚未编译（${names} 之一）。只要 \`cargo xtask serve\` 仍在运行，编译完成后页面会自动启动。`, names)]);
}

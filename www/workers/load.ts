/** Loads the engine and the files an experiment needs. */
import type { EngineModule } from '../engine/engine';
import { TinyaiError, problem } from '../engine/error';
import { VARIANTS, firstToLoad, probe, usable, type Variant } from '../engine/variants';
import type { Environment } from '../types/generated/Environment';
import type { Loading } from './protocol';

/** A loaded engine and where it runs. */
export interface Engine {
  module: EngineModule;
  environment: Environment;
}

/**
 * Loads the best of the variants that works here; `threads` null means one per core, 0 a variant without threads. `onThreads` is called
 * before threads are started.
 */
export async function loadEngine(engineBase: string, threads: number | null, variants = VARIANTS, onThreads = (): void => undefined): Promise<Engine> {
  const features = await probe();
  if (threads === 0) features.threads = false;
  const { loaded, failures } = await firstToLoad(usable(features, variants), (variant) => loadVariant(variant, engineBase, threads, onThreads));
  if (loaded) return loaded;
  if (!features.simd) {
    throw new TinyaiError([
      problem(
        'internal',
        'This browser has no WebAssembly SIMD; use Chrome 91, Firefox 89, Safari 16.4 or newer.',
        '此浏览器不支持 WebAssembly SIMD，请使用 Chrome 91、Firefox 89、Safari 16.4 或更新的版本。',
      ),
    ]);
  }
  const detail = failures.join('; ');
  throw new TinyaiError([
    problem('internal', `The engine could not be loaded (${detail}). Reload the page.`, `引擎加载失败（${detail}）。请重新载入页面。`, detail),
  ]);
}

async function loadVariant(variant: Variant, engineBase: string, threads: number | null, onThreads: () => void): Promise<Engine> {
  const cores = navigator.hardwareConcurrency || 1;
  const module: EngineModule = await import(/* @vite-ignore */ new URL(`${variant.name}/tinyai.js`, engineBase).href);
  await module.default();
  const wanted = variant.needs.includes('threads') ? Math.max(1, threads ?? cores) : 1;
  if (module.initThreadPool) {
    onThreads();
    await module.initThreadPool(wanted);
  }
  const environment: Environment = {
    engine: `tinyai ${module.version()}`,
    variant: module.variant(),
    simd: module.simd(),
    threads: wanted,
    isolated: globalThis.crossOriginIsolated === true,
    cores,
    user_agent: navigator.userAgent,
  };
  return { module, environment };
}

/** Files by path: those that were fetched, and the visitor's own under `file:NAME`. */
export class Assets {
  readonly files = new Map<string, Uint8Array>();

  constructor(private readonly base: string) {}

  /**
   * The named files; fetches those that are not here yet, and throws a problem where one cannot be fetched. Files of the
   * visitor that are not in this tab are left out: the runs that need them fail, the others do not.
   */
  async get(paths: string[], onLoading: (loading: Loading) => void): Promise<Map<string, Uint8Array>> {
    const wanted = paths.filter((path) => !path.startsWith('file:') || this.files.has(path));
    const found = await Promise.all(wanted.map(async (path) => [path, await this.one(path, onLoading)] as const));
    return new Map(found);
  }

  private async one(path: string, onLoading: (loading: Loading) => void): Promise<Uint8Array> {
    const kept = this.files.get(path);
    if (kept) return kept;
    const bytes = await download(new URL(path, this.base), path, onLoading);
    this.files.set(path, bytes);
    return bytes;
  }
}

async function download(url: URL, path: string, onLoading: (loading: Loading) => void): Promise<Uint8Array> {
  const failed = (detail: string) =>
    new TinyaiError([
      problem('not_found', `The file ${path} could not be fetched (${detail}).`, `无法取得文件 ${path}（${detail}）。`, path),
    ]);
  const response = await fetch(url).catch((error: Error) => Promise.reject(failed(error.message)));
  // A server that answers unknown paths with its start page is a miss too.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) {
    throw failed(response.ok ? 'not found' : `HTTP ${response.status}`);
  }
  // With a content encoding the length is that of the compressed body: no total then.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  const parts: Uint8Array[] = [];
  let received = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: Error) => Promise.reject(failed(error.message)));
    if (done) break;
    parts.push(value);
    received += value.length;
    onLoading({ asset: path, received, total });
  }
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

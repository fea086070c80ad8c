/** The engine's WebAssembly modules: each build is fetched and compiled once per page, and posted to every worker that runs it. */
import type { Problem } from '../types/generated/Problem';
import { answerProblem, browserNetwork, unreachable, type Network } from './assets/download';
import { TinyaiError, problem } from './error';
import { Once, type WaitOptions } from './once';
import type { WasmEngine } from './wasm';

/** Compiling is forbidden here; a worker that is started directly may be allowed to (`worker-start.ts`). */
export class WasmBlocked extends TinyaiError {
  constructor(detail: string) {
    super([wasmProblem(detail)]);
    this.name = 'WasmBlocked';
  }
}

/** How a cache of modules is made. */
export interface ModuleCacheOptions extends Partial<Pick<Network, 'fetch' | 'isOnline'>> {
  /** Where the folders of the engine's builds are. */
  base: string | URL;
}

/** The smallest module there is: its magic number and version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export class ModuleCache {
  private readonly modules = new Once<WebAssembly.Module>();
  private readonly base: URL;
  private readonly network: Pick<Network, 'fetch' | 'isOnline'>;

  constructor({ base, ...network }: ModuleCacheOptions) {
    this.base = new URL(base);
    this.network = { ...browserNetwork, ...network };
  }

  /** The module of a build, by the name of its folder. Fails with {@link WasmBlocked}, another {@link TinyaiError}, or the signal's reason. */
  get(variant: string, options: Pick<WaitOptions<never>, 'signal'> = {}): Promise<WebAssembly.Module> {
    return this.modules.get(variant, (signal) => this.compile(variant, signal), options);
  }

  /** Aborts what is under way and lets go of the modules. */
  dispose(): void {
    this.modules.dispose(new TinyaiError([problem('internal', 'The page was closed.', '页面已关闭。')]));
  }

  private async compile(variant: string, signal: AbortSignal): Promise<WebAssembly.Module> {
    // Known before a megabyte is fetched for nothing.
    await WebAssembly.compile(EMPTY_MODULE).catch((error: unknown) => {
      throw new WasmBlocked(messageOf(error));
    });
    const path = `${variant}/tinyai_bg.wasm`;
    try {
      const response = await this.network.fetch(new URL(path, this.base), { signal });
      const wrong = answerProblem(path, response);
      if (wrong) {
        void response.body?.cancel().catch(() => undefined);
        throw new TinyaiError([wrong]);
      }
      // Only as this exact type may it be compiled while it arrives, and kept compiled by the browser.
      const streamed = response.headers.get('content-type') === 'application/wasm';
      return streamed ? await WebAssembly.compileStreaming(response) : await WebAssembly.compile(await response.arrayBuffer());
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TinyaiError) throw error;
      throw new TinyaiError([error instanceof WebAssembly.CompileError ? broken(variant, error.message) : unreachable(path, this.network.isOnline(), error)]);
    }
  }
}

/**
 * Makes the engine of a build, in the worker that is to run it. `module` is what the page compiled, or null where only the worker
 * may compile: it then fetches the build itself.
 */
export async function instantiate(base: string | URL, variant: string, module: WebAssembly.Module | null): Promise<WasmEngine> {
  const engine = (await import(/* @vite-ignore */ new URL(`${variant}/tinyai.js`, base).href)) as WasmEngine;
  await engine.default(module === null ? undefined : { module_or_path: module });
  return engine;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const wasmProblem = (detail: string): Problem =>
  problem(
    'not_allowed',
    `This page may not run WebAssembly (${detail}). Whoever runs the page has to add 'wasm-unsafe-eval' to script-src in its content security policy.`,
    `本页不允许运行 WebAssembly（${detail}）。需要由网站管理者在内容安全策略的 script-src 中加入 'wasm-unsafe-eval'。`,
    detail,
  );

const broken = (variant: string, detail: string): Problem =>
  problem(
    'internal',
    `The build ${variant} of the engine could not be compiled (${detail}). It may have arrived damaged, or need a newer browser: reload the page.`,
    `引擎的 ${variant} 版本无法编译（${detail}）。文件可能已损坏，或者需要更新的浏览器：请重新载入页面。`,
    detail,
  );

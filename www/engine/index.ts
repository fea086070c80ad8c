/**
 * The engine of TinyAI Playground as an ES module without a page.
 *
 * ```js
 * const lab = await createLab();
 * const result = await lab.run(spec, { onEvent: console.log }).result;
 * ```
 */
import { EngineHost } from './host';
import { Lab } from './lab';

export { TinyaiError } from './error';
export { EngineHost, type HostOptions } from './host';
export { Lab, type LabRun, type RunOptions } from './lab';
export type { Loading } from './assets';
export type { EngineShelf, PeftFiles, ShelfSource, Shelved } from './shelf/shelf';
export type { RunState, SavedRun } from './wasm';
export type * from '../types/generated/index';

/** Where the engine is and how it runs. */
export interface LabOptions {
  /** Where `models/` and `corpora/` are; by default beside the page. */
  assetBase?: string | URL;
  /** Where the folders of the engine's builds are; by default `engine/` beside this module (on the site: beside the page). */
  engineBase?: string | URL;
  /** Threads of the kernels' pool; by default one per core. */
  threads?: number;
}

/** Starts an engine of its own and loads the best build for this browser; `close` ends it. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const page = globalThis.document?.baseURI ?? globalThis.location?.href;
  // The package has the engine beside its module; the site has it beside its page.
  const home = import.meta.env.MODE === 'library' ? import.meta.url : page;
  const host = new EngineHost({
    assetBase: new URL(options.assetBase ?? '.', page),
    engineBase: new URL(options.engineBase ?? 'engine/', home),
    threads: options.threads,
  });
  const lab = new Lab(host, () => host.dispose());
  await lab.environment();
  return lab;
}

/** What a worker answers that tells what it is allowed, and runs the built engine. */
import { instantiate } from '../../../www/engine/module';
import type { Handlers } from '../../../www/engine/rpc';
import { helpersStart, startThreads } from '../../../www/engine/threads';
import type { Environment } from '../../../www/types/generated/Environment';
import type { Event } from '../../../www/types/generated/Event';
import { compiles } from './compiles';

/** What a worker finds where it runs. */
export interface Facts {
  /** By what it was started: its own address, or a blob's. */
  way: 'direct' | 'blob';
  isolated: boolean;
  /** Whether it may compile WebAssembly. */
  wasm: boolean;
  /** Whether the engine's helper threads would start. */
  helpers: boolean;
}

export interface Run {
  variant: string;
  /** Modules that this worker compiled itself. */
  compiles: number;
  losses: number[];
}

export interface ProbeMethods {
  facts(): Facts;
  /** What kind of thing arrived. */
  receive(value: unknown): string;
  run(job: { base: string; variant: string; module: WebAssembly.Module | null; threads: number; spec: unknown; files: Map<string, Uint8Array> }): Run;
  /** Fetches and compiles a build in the worker; how often it compiled. */
  compile(job: { base: string; variant: string }): number;
  /** The files that a spec needs. */
  required(job: { base: string; variant: string; module: WebAssembly.Module; spec: unknown }): string[];
}

export const probe: Handlers<ProbeMethods> = {
  facts: async () => ({
    way: globalThis.location.protocol === 'blob:' ? 'blob' : 'direct',
    isolated: globalThis.crossOriginIsolated,
    wasm: await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)).then(
      () => true,
      () => false,
    ),
    helpers: await helpersStart(),
  }),
  receive: (value) => Object.prototype.toString.call(value).slice(8, -1),
  compile: async ({ base, variant }) => {
    await instantiate(base, variant, null);
    return compiles();
  },
  required: async ({ base, variant, module, spec }) => (await instantiate(base, variant, module)).required_assets(spec),
  run: async ({ base, variant, module, threads, spec, files }) => {
    const engine = await instantiate(base, variant, module);
    if (engine.initThreadPool) await startThreads(engine.initThreadPool, threads);
    const environment: Environment = { engine: 'test', variant, simd: engine.simd(), threads, isolated: globalThis.crossOriginIsolated, cores: 1, user_agent: '' };
    const experiment = new engine.Experiment(spec, files, environment);
    const events: Event[] = [];
    while (!experiment.finished) events.push(...experiment.advance());
    const losses = experiment.result().runs.flatMap((run) => run.series.loss!.map(([, loss]) => loss));
    experiment.free();
    return { variant: engine.variant(), compiles: compiles(), losses };
  },
};

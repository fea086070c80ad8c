/** The page of the tests of the engine's foundation: it offers what they need to their scripts. */
import { AssetStore } from '../../../www/engine/assets';
import { ModuleCache } from '../../../www/engine/module';
import { connectHere, connectWorker, type WorkerBlocked } from '../../../www/engine/worker-start';
import { compiles } from './compiles';
import { probe, type Facts, type ProbeMethods, type Run } from './probe';
import probeScript from './probe.worker?worker&url';

/** How a worker started, or why not. */
export type Outcome = (Facts & { module: string | null; shared: string | null }) | { because: string; zh: string; milliseconds: number };

const script = (base?: string): string => (base === undefined ? probeScript : new URL(new URL(probeScript, location.href).pathname, base).href);

/** Starts a worker, from another origin if one is given, and asks it what it is allowed. */
async function start(base?: string): Promise<Outcome> {
  const began = performance.now();
  try {
    const worker = await connectWorker<ProbeMethods>(script(base), { name: 'probe' });
    const facts = await worker.call('facts');
    const module = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)).catch(() => null);
    const outcome: Outcome = {
      ...facts,
      module: module && (await worker.call('receive', module)),
      shared: globalThis.crossOriginIsolated ? await worker.call('receive', new SharedArrayBuffer(8)) : null,
    };
    worker.close();
    return outcome;
  } catch (error) {
    const { because, problems } = error as WorkerBlocked;
    if (because === undefined) throw error;
    return { because, zh: problems[0]!.message.zh, milliseconds: performance.now() - began };
  }
}

/** What came of runs of one experiment. */
export interface Runs {
  runs: Run[];
  /** Modules that the page compiled. */
  compiles: number;
  /** Whether the workers read the page's own bytes. */
  shared: boolean;
}

/** Runs an experiment with a build in several workers at once, or with none on the page itself. */
async function runAll(spec: unknown, { variant, workers, threads = 1, shared }: { variant: string; workers: number; threads?: number; shared?: boolean }): Promise<Runs> {
  const base = new URL('engine/', location.href).href;
  const modules = new ModuleCache({ base });
  const store = new AssetStore({ base: location.href, ...(shared === undefined ? {} : { shared }) });
  const connect = (): ReturnType<typeof connectWorker<ProbeMethods>> => (workers === 0 ? connectHere<ProbeMethods>(probe) : connectWorker<ProbeMethods>(script()));
  const runs = Array.from({ length: Math.max(1, workers) }, async () => {
    const [client, module] = await Promise.all([connect(), modules.get(variant)]);
    const paths = await client.call('required', { base, variant, module, spec });
    const { files, transfer } = await store.forWorker(paths);
    const run = await client.call('run', { base, variant, module, threads, spec, files }, { transfer });
    client.close();
    return run;
  });
  const done = { runs: await Promise.all(runs), compiles: compiles(), shared: store.shared };
  modules.dispose();
  store.dispose();
  return done;
}

/** Lets a worker fetch and compile a build itself. */
async function compileThere(variant: string): Promise<number> {
  const client = await connectWorker<ProbeMethods>(script());
  const count = await client.call('compile', { base: new URL('engine/', location.href).href, variant });
  client.close();
  return count;
}

const tools = { start, runAll, compileThere, AssetStore, ModuleCache };

declare global {
  interface Window {
    tools: typeof tools;
  }
}

window.tools = tools;
if (window.parent !== window) void start().then((outcome) => window.parent.postMessage(outcome, '*'), (error) => window.parent.postMessage({ failed: String(error) }, '*'));

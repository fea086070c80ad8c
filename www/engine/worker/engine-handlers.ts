/** The engine's side: one wasm instance, away from the page, so that the page never waits. */
import type { Environment } from '../../types/generated/Environment';
import type { RunEstimate } from '../../types/generated/RunEstimate';
import { TinyaiError, problem } from '../error';
import type { EngineMethods } from '../methods';
import { instantiate } from '../module';
import { Moved, type Handlers } from '../rpc';
import { shelfHandlers } from '../shelf/handlers';
import { helpersStart, startThreads } from '../threads';
import { probe } from '../variants';
import type { RunState, WasmEngine, WasmEstimator } from '../wasm';
import { RunningJob } from './running-job';

/** Handlers for one worker. */
export function engineHandlers(): Handlers<EngineMethods> {
  let loaded: { engine: WasmEngine; environment: Environment } | null = null;
  const jobs = new Map<number, RunningJob>();
  let estimator: WasmEstimator | null = null;

  const here = (): NonNullable<typeof loaded> => {
    if (!loaded) throw new TinyaiError([problem('internal', 'The engine was asked before it was loaded.', '引擎尚未加载就收到了请求。')]);
    return loaded;
  };
  // A job may have ended before what is said to it arrives.
  const withJob = (id: number, act: (job: RunningJob) => void): void => {
    const job = jobs.get(id);
    if (job) act(job);
  };

  return {
    features: async ({ threaded }) => {
      const features = await probe();
      return { ...features, threads: threaded && features.threads && (await helpersStart()) };
    },
    load: async ({ base, folder, dev, module, threads }, { progress }) => {
      const engine = await instantiate(base, folder, module);
      const cores = navigator.hardwareConcurrency || 1;
      const wanted = engine.initThreadPool ? Math.max(1, threads) : 1;
      if (engine.initThreadPool) {
        progress('threads');
        await startThreads((count) => engine.initThreadPool!(count), wanted);
      }
      const environment: Environment = {
        engine: `tinyai ${engine.version()}`,
        // What is measured with a build for trying out a change must not pass for the engine's.
        variant: dev ? `${engine.variant()}-dev` : engine.variant(),
        simd: engine.simd(),
        threads: wanted,
        isolated: globalThis.crossOriginIsolated === true,
        cores,
        user_agent: navigator.userAgent,
      };
      loaded = { engine, environment };
      return environment;
    },
    check: (spec) => here().engine.check(spec),
    migrate: ({ lab, link }) => here().engine.migrate_link(lab, link),
    requiredAssets: (spec) => here().engine.required_assets(spec),
    planAssets: ({ spec, run }) => here().engine.plan_assets(spec, run),
    plan: ({ spec, run, files, cores }) => here().engine.plan(spec, run, files, cores),
    nearest: ({ spec, run, files, cores }) => here().engine.nearest_mesh(spec, run, files, cores),
    estimateAssets: (spec) => here().engine.estimate_assets(spec),
    fit: ({ spec, files }) => (estimator ??= new (here().engine.Estimator)()).fit(spec, files),
    estimate: async ({ spec, files, cores }, { signal }) => {
      const estimates = (estimator ??= new (here().engine.Estimator)());
      const runs: RunEstimate[] = [];
      for (const run of (spec as { runs: unknown[] }).runs.keys()) {
        // So that an abort is heard.
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        runs.push(estimates.run(spec, run, files, cores));
      }
      return { runs };
    },
    equalise: ({ spec, by, files, cores }) => (estimator ??= new (here().engine.Estimator)()).equalise(spec, by, files, cores),
    run: async (job, { signal, progress }) => {
      const { engine, environment } = here();
      const problems = engine.check(job.spec);
      if (problems.length > 0) throw new TinyaiError(problems);
      const running = new RunningJob(job, new engine.Experiment(job.spec, job.files, environment), progress);
      jobs.set(job.id, running);
      try {
        const done = await running.run(signal);
        return new Moved(done, [...buffersOf(done.states), ...done.adapters.map(({ weights }) => weights.buffer as ArrayBuffer)]);
      } finally {
        jobs.delete(job.id);
        running.free();
      }
    },
    control: ({ job, action, run }) => withJob(job, (running) => running.control(action, run)),
    answer: ({ job, answers }) => withJob(job, (running) => running.answer(answers)),
    saved: (job) => jobs.get(job)?.saved() ?? [],
    ...shelfHandlers(() => here().engine),
  };
}

/** The buffers of states, each once. */
function buffersOf(states: { state: RunState }[]): Transferable[] {
  return [...new Set(states.flatMap(({ state }) => state.ranks.map(({ buffer }) => buffer as ArrayBuffer)))];
}

/** A rank's worker: one wasm instance with a memory of its own. Over shared memory it sleeps while it waits for other ranks. */
import { TinyaiError, problem, problemsOf } from '../engine/error';
import { RANK_VARIANTS } from '../engine/variants';
import { BEAT_MILLISECONDS, type Program, type Question, type RankReply, type RankRequest } from '../parallel/protocol';
import type { Rank, RankModule } from '../parallel/rank';
import { Assets, loadEngine } from './load';

type Answered = Extract<RankRequest, { id: number }>;

let module: RankModule | undefined;
let assets: Assets | undefined;
let rank: Rank | undefined;
/** The run is stopped, or a rank is lost: nobody waits at a gate any more. */
let over = false;
/** Lets the rank do the action that it waits before. */
let pass: (() => void) | undefined;

const post = (reply: RankReply, transfer: Transferable[] = []): void => self.postMessage(reply, { transfer });

let lastBeat = 0;

/** Tells the page that this rank is alive, not too often. */
function beat(): void {
  const now = performance.now();
  if (now - lastBeat < BEAT_MILLISECONDS) return;
  lastBeat = now;
  post({ type: 'beat' });
}

async function open({ engineBase, assetBase }: Answered & { type: 'open' }): Promise<string> {
  // Ranks are the threads: their builds have none of their own.
  const engine = await loadEngine(engineBase, 1, RANK_VARIANTS);
  module = engine.module as unknown as RankModule;
  assets = new Assets(assetBase);
  setInterval(beat, BEAT_MILLISECONDS);
  return engine.environment.variant;
}

function join({ wire, rank: number, ranks }: Answered & { type: 'join' }): void {
  const { Rank } = opened().module;
  rank = wire.kind === 'shared' ? Rank.shared(wire.memory, number, ranks) : Rank.ports(wire.ports, number);
  rank.on_heartbeat(beat);
}

function opened(): { module: RankModule; assets: Assets } {
  if (!module || !assets) throw new Error('a request came before open');
  return { module, assets };
}

async function files(paths: string[]): Promise<Map<string, Uint8Array>> {
  return opened().assets.get(paths, (loading) => post({ type: 'loading', loading }));
}

async function ask(question: Question): Promise<unknown> {
  const { module } = opened();
  const { spec } = question;
  const found = await files(module.parallel_plan_assets(spec));
  if (question.question === 'plan') return module.parallel_plan(spec, found, question.maxRanks, question.stages);
  if (question.question === 'nearest') return module.parallel_nearest(spec, found, question.maxRanks);
  return module.parallel_predict(spec, found, question.pilots, question.cores);
}

async function run(program: Program): Promise<unknown> {
  const { module } = opened();
  if (!rank) throw new Error(`${program.program} came before join`);
  switch (program.program) {
    case 'self_check':
      return rank.self_check();
    case 'all_reduce':
      return rank.measure_all_reduce(program.floats, program.algorithm, program.rounds);
    case 'pilot':
      return rank.pilot(program.spec, await files(module.parallel_plan_assets(program.spec)));
    case 'prepare':
      return rank.prepare(program.spec, await files(module.parallel_assets(program.spec)), program.stages);
    case 'train':
      return rank.train(program.steps);
    case 'snapshot':
      return rank.snapshot();
    case 'restore':
      return rank.restore(program.snapshot, program.step);
    case 'gate':
      return rank.set_gate(program.on ? gate : null);
  }
}

/** Waits, before an action, until the page lets the rank go on. */
function gate(at: Parameters<Parameters<Rank['set_gate']>[0] & {}>[0]): Promise<void> {
  post({ type: 'gate', at });
  return over ? Promise.resolve() : new Promise((resolve) => (pass = resolve));
}

async function answer(request: Answered): Promise<unknown> {
  switch (request.type) {
    case 'open':
      return open(request);
    case 'file':
      return void opened().assets.files.set(`file:${request.name}`, request.bytes);
    case 'ask':
      return ask(request);
    case 'join':
      return join(request);
    case 'run':
      return run(request);
    case 'close':
      return rank?.close();
  }
}

/** A trap leaves the instance in an unknown state; whoever asks it again gets no answer but this. */
function problemsIn(error: unknown): ReturnType<typeof problemsOf> {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    const detail = error.message;
    return [problem('internal', `The engine of this rank stopped: ${detail}. Run again with fresh ranks.`, `该 rank 的引擎停止了：${detail}。请用新的 rank 重新运行。`, detail)];
  }
  return error instanceof TinyaiError ? error.problems : problemsOf(error);
}

self.onmessage = async ({ data: request }: MessageEvent<RankRequest>) => {
  switch (request.type) {
    case 'stop':
      over = true;
      pass?.();
      return rank?.stop();
    case 'lose':
      over = true;
      pass?.();
      return rank?.lose(request.rank);
    case 'pass':
      return pass?.();
    case 'hang':
      for (;;);
  }
  try {
    const value = await answer(request);
    // A snapshot moves: it is as large as the model and its optimizer.
    post({ type: 'done', id: request.id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    post({ type: 'failed', id: request.id, problems: problemsIn(error) });
  }
};

/** The engine worker: one wasm instance, away from the page, so that the page never waits. */
import { TinyaiError, isForeseen, isProblems, problem, problemsOf } from '../engine/error';
import { VARIANTS } from '../engine/variants';
import type { Problem } from '../types/generated/Problem';
import { Assets, loadEngine, type Engine } from './load';
import { PROTOCOL_VERSION, type Reply, type Request } from './protocol';
import { Queue } from './queue';

interface Open {
  engine: Engine;
  assets: Assets;
  queue: Queue;
}

let opened: Promise<Open> | undefined;

const post = (reply: Reply): void => self.postMessage(reply);

/** A trap leaves the instance in an unknown state: nobody may call it again. */
function crash(error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error);
  post({ type: 'crashed', problem: crashProblem(detail) });
}

function crashProblem(detail: string): Problem {
  if (/memory|alloc/i.test(detail)) {
    return problem(
      'out_of_memory',
      `The tab has no memory left (${detail}). Lower batch_size or context, or compare fewer runs, and run again.`,
      `本页内存已用尽（${detail}）。请减小批大小或上下文长度，或减少对比的运行，然后重新运行。`,
      detail,
    );
  }
  return problem(
    'internal',
    `The engine stopped because of an error of ours (${detail}). What was measured is kept; run again with a fresh engine.`,
    `引擎因程序内部错误而停止（${detail}）。已测得的结果仍然保留，可以用新的引擎重新运行。`,
    detail,
  );
}

async function open(request: Request & { type: 'open' }): Promise<Open> {
  if (request.version !== PROTOCOL_VERSION) {
    throw new TinyaiError([
      problem(
        'internal',
        `The page speaks version ${request.version} of the engine's protocol, the worker ${PROTOCOL_VERSION}: reload the page.`,
        `页面使用的协议版本是 ${request.version}，引擎是 ${PROTOCOL_VERSION}：请重新载入页面。`,
      ),
    ]);
  }
  const engine = await loadEngine(request.engineBase, request.threads, VARIANTS, () => post({ type: 'threads', id: request.id }));
  const assets = new Assets(request.assetBase);
  return { engine, assets, queue: new Queue(engine, assets, post, crash) };
}

/** All problems of a spec, those of models and texts that do not exist included. */
function check({ module }: Engine, spec: unknown): Problem[] {
  const problems = module.check(spec);
  if (problems.length > 0) return problems;
  try {
    module.required_assets(spec);
    return [];
  } catch (error) {
    if (isProblems(error)) return error;
    throw error;
  }
}

async function answer(request: Exclude<Request, { type: 'control' }>): Promise<unknown> {
  if (request.type === 'open') {
    opened = open(request);
    return (await opened).engine.environment;
  }
  if (!opened) throw new Error(`${request.type} came before open`);
  const { engine, assets } = await opened;
  if (request.type === 'file') assets.files.set(`file:${request.name}`, request.bytes);
  if (request.type === 'check') return check(engine, request.spec);
  if (request.type === 'preload') await assets.get(engine.module.required_assets(request.spec), () => undefined);
  return undefined;
}

self.onmessage = async ({ data: request }: MessageEvent<Request>) => {
  if (request.type === 'control') {
    (await opened)?.queue.control(request.target, request.action, request.run);
    return;
  }
  try {
    if (request.type === 'run') (await opened)?.queue.add(request.id, request.spec);
    else post({ type: 'done', id: request.id, value: await answer(request) });
  } catch (error) {
    if (opened && !isForeseen(error)) crash(error);
    else post({ type: 'refused', id: request.id, problems: problemsOf(error) });
  }
};

/** What can go wrong between a page and its worker, in words. */
import type { Problem } from '../../types/generated/Problem';
import { problem, problemsOf } from '../error';
import type { Identity } from './wire';

export const closed = (name: string): Problem => problem('internal', `The ${name} was closed before it could answer.`, `${name} 在回答之前已关闭。`);

export const failed = (name: string, detail: string): Problem =>
  problem(
    'internal',
    `The ${name} failed: ${detail}. Run again with a fresh one; if it fails again, reload the page.`,
    `${name} 出错：${detail}。请重新运行；如果仍然出错，请重新载入页面。`,
    detail,
  );

export const silent = (name: string, milliseconds: number): Problem =>
  problem(
    'internal',
    `The ${name} did not answer within ${milliseconds / 1000} s. Its script may still be loading over a slow network, or the page's content security policy or an extension of the browser may keep it from running. Check the connection and reload the page.`,
    `${name} 在 ${milliseconds / 1000} 秒内没有应答：网络可能太慢，脚本仍在载入；也可能是页面的内容安全策略或浏览器扩展不让它运行。请检查网络连接并重新载入页面。`,
    String(milliseconds),
  );

export function stale(name: string, page: Identity, worker: Identity): Problem {
  const of = ({ protocol, build }: Identity): string => `${build}/${protocol}`;
  return problem(
    'internal',
    `The page (${of(page)}) and its ${name} (${of(worker)}) are of different versions, because the site was updated meanwhile. Save your work and reload the page.`,
    `网站已更新：页面的版本是 ${of(page)}，而 ${name} 的版本是 ${of(worker)}。请保存好内容并重新载入页面。`,
    of(worker),
  );
}

export const notSent = (what: string, detail: string): Problem =>
  problem('internal', `${what} cannot be sent between the page and its worker: ${detail}`, `${what} 无法在页面与工作线程之间传送：${detail}`, detail);

export const unknownMethod = (method: string): Problem =>
  problem('internal', `The worker has no method "${method}".`, `工作线程没有“${method}”这个方法。`, method);

/** Problems for what a handler threw. A trap of WebAssembly is told from other errors: it is often the end of the memory. */
export function thrownByHandler(thrown: unknown): Problem[] {
  const trap = thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
  if (!trap) return problemsOf(thrown);
  const detail = thrown.message;
  if (/memory|alloc/i.test(detail)) {
    const en = `The tab has no memory left (${detail}). Lower batch_size or context, or compare fewer runs, and run again.`;
    const zh = `本页内存已用尽（${detail}）。请减小批大小或上下文长度，或减少对比的运行，然后重新运行。`;
    return [problem('out_of_memory', en, zh, detail)];
  }
  const en = `The engine stopped because of an error of ours (${detail}). What was measured is kept; run again with a fresh engine.`;
  const zh = `引擎因程序内部错误而停止（${detail}）。已测得的结果仍然保留，可以用新的引擎重新运行。`;
  return [problem('internal', en, zh, detail)];
}

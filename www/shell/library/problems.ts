/** What can go wrong with the library, as messages. */
import { TinyaiError, problem } from '../../engine/error';
import type { Problem } from '../../types/generated/Problem';
import type { ProblemCode } from '../../types/generated/ProblemCode';

/** The kinds of failure, for code that reacts to them. */
export type StorageReason = keyof typeof CODES;

const CODES = {
  /** The browser lets this page store nothing. */
  forbidden: 'not_allowed',
  /** The space that the browser grants is used up. */
  full: 'out_of_memory',
  /** The database was written by a newer version of the site. */
  newer: 'conflict',
  /** A tab with an older version of the site holds the database. */
  blocked: 'conflict',
  /** The browser did not answer. */
  slow: 'internal',
  /** The browser failed in another way. */
  broken: 'internal',
  /** There is no such entry, or none any more. */
  missing: 'not_found',
  /** The entry runs, here or in another tab. */
  in_use: 'conflict',
  bad_name: 'out_of_range',
  /** What was stored, or is to be imported, is not what the library writes. */
  bad_file: 'bad_file',
  /** Not a failure: something was given up to make room. */
  dropped: 'out_of_memory',
} as const satisfies Record<string, ProblemCode>;

export interface StorageProblem extends Problem {
  readonly reason: StorageReason;
}

/** A failure of the library; it has exactly one problem. */
export class StorageError extends TinyaiError {
  readonly problem: StorageProblem;

  constructor(reason: StorageReason, en: string, zh: string, value: string | null = null) {
    const told = storageProblem(reason, en, zh, value);
    super([told]);
    this.name = 'StorageError';
    this.problem = told;
  }
}

export function storageProblem(reason: StorageReason, en: string, zh: string, value: string | null = null): StorageProblem {
  return { ...problem(CODES[reason], en, zh, value), reason };
}

/** The library's failure for anything that a store or the browser throws. */
export function storageError(thrown: unknown): StorageError {
  if (thrown instanceof StorageError) return thrown;
  const { name, message } = thrown instanceof Error || thrown instanceof DOMException ? thrown : { name: '', message: String(thrown) };
  const detail = message || name;
  if (name === 'QuotaExceededError') return full();
  if (name === 'SecurityError') return forbidden();
  if (name === 'VersionError') {
    return new StorageError(
      'newer',
      'Your experiments were last opened by a newer version of this page. Reload it to use that version.',
      '你的实验已由本页面的更新版本打开过。请重新加载页面以使用新版本。',
    );
  }
  return new StorageError(
    'broken',
    `The browser’s storage failed: ${detail}. What ran in this tab is still here; export it, or try again.`,
    `浏览器存储出错：${detail}。本标签页中运行的内容仍在；请导出，或重试。`,
    detail,
  );
}

export const forbidden = (): StorageError =>
  new StorageError(
    'forbidden',
    'The browser lets this page store nothing (an embedded frame, or cookies are blocked). Experiments are kept until the tab is closed; export what you want to keep.',
    '浏览器不允许本页面存储数据（嵌入的框架，或 Cookie 被阻止）。实验只保留到标签页关闭为止；请导出想保留的内容。',
  );

export const full = (): StorageError =>
  new StorageError(
    'full',
    'The space that the browser grants this site is used up. Delete experiments that you no longer need, or export them first.',
    '浏览器给本站的存储空间已用完。请删除不再需要的实验，或先将其导出。',
  );

export const slow = (seconds: number): StorageError =>
  new StorageError(
    'slow',
    `The browser’s storage did not answer within ${seconds} s. Try again; if that does not help, restart the browser.`,
    `浏览器存储在 ${seconds} 秒内没有响应。请重试；如果仍然不行，请重启浏览器。`,
    String(seconds),
  );

export const blocked = (): StorageError =>
  new StorageError(
    'blocked',
    'Another tab has an older version of this page open and holds your experiments. Close that tab, then reload this one.',
    '另一个标签页打开着本页面的旧版本，占用着你的实验。请关闭那个标签页，然后重新加载本页。',
  );

export const missing = (id: string): StorageError =>
  new StorageError('missing', 'This experiment is no longer in the library.', '实验库中已没有这个实验。', id);

export const inUse = (name: string): StorageError =>
  new StorageError('in_use', `“${name}” is running. Stop it first.`, `“${name}”正在运行。请先停止。`, name);

export const damaged = (name: string): StorageError =>
  new StorageError('bad_file', `What is stored of “${name}” is damaged and cannot be read.`, `“${name}”的存储内容已损坏，无法读取。`, name);

/** A length for people. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 2 ** (10 * unit);
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

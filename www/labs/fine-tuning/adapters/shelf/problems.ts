/** Why an adapter is not on the shelf, in words. */
import { TinyaiError, problem } from '../../../../engine/error';
import type { Problem } from '../../../../types/generated/Problem';

/** Why the engine refuses files, with what they are called. */
export type RefusedFiles = Problem & { refused: string };

export const isRefusal = (one: Problem): one is RefusedFiles => 'refused' in one;

export const otherBase = (own: string, base: string): TinyaiError =>
  new TinyaiError([
    problem(
      'conflict',
      `It was trained on ${own}, and the base of this page is ${base} now. Choose ${own} as the base to use it, or train it anew.`,
      `它是在 ${own} 上训练的，而本页现在的基座是 ${base}。请把基座改回 ${own}，或重新训练。`,
      own,
    ),
  ]);

export const tooManyTrained = (most: number): TinyaiError =>
  new TinyaiError([
    problem(
      'out_of_range',
      `At most ${most} adapters that were trained here are on the shelf at once. Remove one, or save this one as files and drop them here.`,
      `架上最多同时放 ${most} 个在本页训练的适配器。请移除一个，或把它导出为文件再拖进来。`,
      String(most),
    ),
  ]);

/** As the engine tells it. */
export const onSeveralRanks = (ranks: number): TinyaiError =>
  new TinyaiError([
    problem(
      'conflict',
      `What this run trained lies on ${ranks} ranks, each with a part. Train it on one rank to use its adapter here.`,
      `该运行训练的参数分布在 ${ranks} 个进程上，每个进程只有一部分。请在单个进程上训练，再在此使用其适配器。`,
      String(ranks),
    ),
  ]);

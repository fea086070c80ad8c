/** Exported files. */
import { problem } from '../../engine/error';
import type { Problem } from '../../types/generated/Problem';

/** How their names end. */
export const FILE_ENDING = '.tinyai';

export function notOneFile(names: readonly string[]): Problem {
  const list = names.join(', ');
  const en = `One exported file is imported at a time; there were ${names.length}: ${list}. Choose or drop a single file whose name ends in ${FILE_ENDING}.`;
  const zh = `一次只能导入一个文件，这里有 ${names.length} 个：${list}。请选择或拖入一个扩展名为 ${FILE_ENDING} 的文件。`;
  return problem('bad_file', en, zh, list);
}

/** What can be wrong with files that are to be adapters, in words. */
import type { Problem } from '../../types/generated/Problem';
import { problem } from '../error';
import { mebibytes } from './bytes';

/** The two files of an adapter, as PEFT calls them. */
export const [CONFIG, WEIGHTS] = ['adapter_config.json', 'adapter_model.safetensors'] as const;

/** A fault of a file, with its name as the value. */
const bad = (name: string, en: string, zh: string): Problem => problem('bad_file', en, zh, name);

export const noAdapter = (names: readonly string[]): Problem => {
  const [some, more] = [names.slice(0, 4), names.length > 4];
  return bad(
    names.join(', '),
    `There is no adapter among ${some.join(', ')}${more ? ', …' : ''}: an adapter is two files, ${CONFIG} and ${WEIGHTS}, as PEFT’s save_pretrained writes them. Add both together, or the folder in which they are.`,
    `${some.join('、')}${more ? ' 等' : ''}中没有适配器：一个适配器是两个文件，即 PEFT 的 save_pretrained 写出的 ${CONFIG} 和 ${WEIGHTS}。请两个一起添加，或添加它们所在的文件夹。`,
  );
};

export const withoutWeights = (name: string): Problem =>
  bad(name, `${name} has no weights beside it: add ${WEIGHTS} together with it, or the folder in which both are.`, `${name} 旁边没有权重：请与 ${WEIGHTS} 一起添加，或添加两者所在的文件夹。`);

export const pickled = (name: string): Problem =>
  bad(
    name,
    `${name} is a pickle, which could run any program when it is opened, and is not read. Save the adapter as safetensors: save_pretrained(…, safe_serialization=True).`,
    `${name} 是 pickle 文件，打开它可能会执行任意程序，因此不读取。请把适配器保存为 safetensors：save_pretrained(…, safe_serialization=True)。`,
  );

export const withoutConfig = (name: string): Problem =>
  bad(name, `${name} has no ${CONFIG} beside it, so that nobody knows what its tensors are. Add both together, or the folder in which they are.`, `${name} 旁边没有 ${CONFIG}，无从得知其中的张量是什么。请两个一起添加，或添加它们所在的文件夹。`);

export const empty = (name: string): Problem =>
  bad(name, `${name} is empty: it may not have been downloaded completely. Get it again and add the adapter again.`, `${name} 是空文件，可能没有下载完整：请重新下载后再添加适配器。`);

export const notSafetensors = (name: string): Problem =>
  bad(name, `${name} is not a safetensors file, or was cut off. Get it again, or save the adapter again with save_pretrained.`, `${name} 不是 safetensors 文件，或者不完整。请重新下载，或用 save_pretrained 重新保存适配器。`);

export const tooLarge = (name: string, bytes: number, most: number): Problem =>
  bad(name, `${name} has ${mebibytes(bytes)}; at most ${mebibytes(most)} fit.`, `${name} 有 ${mebibytes(bytes)}，最多可用 ${mebibytes(most)}。`);

export const notUtf8 = (name: string): Problem =>
  bad(name, `${name} is not UTF-8 text: save it as UTF-8 and add the adapter again.`, `${name} 不是 UTF-8 文本：请另存为 UTF-8 后重新添加适配器。`);

export const tooMany = (names: readonly string[], most: number): Problem =>
  bad(
    names.join(', '),
    `There are more than ${most} files in ${names.join(', ')}: add the folders of the adapters themselves.`,
    `${names.join('、')} 中的文件超过 ${most} 个：请直接添加适配器所在的文件夹。`,
  );

/** What can be wrong with files of the visitor, in words. */
import type { Problem } from '../../types/generated/Problem';
import { TinyaiError, problem } from '../error';
import { mebibytes } from './bytes';

/** A fault of a file, with its name as the value. */
const bad = (name: string, en: string, zh: string): TinyaiError => new TinyaiError([problem('bad_file', en, zh, name)]);

const NEEDED = 'model.safetensors, config.json, tokenizer.json';
const NEEDED_ZH = 'model.safetensors、config.json 和 tokenizer.json';

export const nothingAdded = (): TinyaiError => bad('', 'Nothing was added: choose a file, or drop one here.', '没有添加任何内容：请选择文件，或将文件拖到这里。');

export const emptyFile = (name: string): TinyaiError =>
  bad(name, `${name} is empty: a text needs at least a few hundred characters.`, `${name} 是空文件：文本至少要有几百个字。`);

export const tooLarge = (name: string, bytes: number, most: number): TinyaiError =>
  bad(name, `${name} has ${mebibytes(bytes)}; at most ${mebibytes(most)} fit.`, `${name} 有 ${mebibytes(bytes)}，最多可用 ${mebibytes(most)}。`);

export const inOtherEncoding = (name: string, encoding: string): TinyaiError =>
  bad(
    name,
    `${name} is text in ${encoding}, not in UTF-8: save it as UTF-8 and add it again.`,
    `${name} 的编码是 ${encoding}，不是 UTF-8：请另存为 UTF-8 后重新添加。`,
  );

export const notUtf8 = (name: string, position: number): TinyaiError =>
  bad(
    name,
    `${name} is not UTF-8 text (first wrong byte at position ${position}): save it as UTF-8 and add it again.`,
    `${name} 不是 UTF-8 文本（第 ${position} 字节起有误）：请另存为 UTF-8 后重新添加。`,
  );

export const severalTexts = (names: string[]): TinyaiError =>
  bad(
    names.join(', '),
    `${names.length} files were added, but a text is one file: join them into one, or add the one that you want to train on.`,
    `添加了 ${names.length} 个文件，但文本只能是一个文件：请合并成一个，或只添加要用来训练的那一个。`,
  );

export const folderAsText = (name: string): TinyaiError =>
  bad(name, `${name} is a folder; a text is one file: open the folder and add the file.`, `${name} 是文件夹，而文本是一个文件：请打开文件夹，添加其中的文件。`);

export const unreadable = (name: string, detail: string): TinyaiError =>
  bad(
    name,
    `${name} could not be read (${detail}). It may have been moved, changed or deleted, or this browser may not be allowed to read it: check the file and add it again.`,
    `无法读取 ${name}（${detail}）。文件可能已被移动、修改或删除，也可能浏览器没有读取它的权限：请检查文件后重新添加。`,
  );

export const changedMeanwhile = (name: string): TinyaiError =>
  bad(name, `${name} changed while it was being read: wait until it is written completely and add it again.`, `${name} 在读取过程中被修改：请等它写完后重新添加。`);

export const severalFolders = (names: string[]): TinyaiError =>
  bad(
    names.join(', '),
    `Several things were added at once (${names.join(', ')}), but a model is one folder, or its three files: add one model at a time.`,
    `一次添加了多项内容（${names.join('、')}），但一个模型是一个文件夹或它的三个文件：请一次只添加一个模型。`,
  );

export const foldersOnly = (name: string, folders: string[]): TinyaiError => {
  const [some, more] = [folders.slice(0, 5), folders.length > 5 ? ', …' : ''];
  return bad(
    name,
    `The folder ${name} holds other folders (${some.join(', ')}${more}) and no model itself: add the folder in which ${NEEDED} are.`,
    `文件夹 ${name} 里面是其他文件夹（${some.join('、')}${more && '……'}），没有模型文件：请添加直接包含 ${NEEDED_ZH} 的那个文件夹。`,
  );
};

export const nothingUsable = (name: string): TinyaiError =>
  bad(
    name,
    `${name} has nothing of a model: a model needs three files, ${NEEDED}, as Hugging Face's save_pretrained writes them.`,
    `${name} 中没有模型文件：一个模型需要三个文件，即 Hugging Face 的 save_pretrained 写出的 ${NEEDED_ZH}。`,
  );

export const filesMissing = (name: string, missing: string[]): TinyaiError =>
  bad(
    name,
    `${name} lacks ${missing.join(' and ')}: a model needs three files, ${NEEDED}. Add them together, or the folder in which they are.`,
    `${name} 缺少 ${missing.join(' 和 ')}：一个模型需要三个文件，即 ${NEEDED_ZH}。请一起添加，或添加它们所在的文件夹。`,
  );

export const sharded = (name: string, parts: number): TinyaiError =>
  bad(
    name,
    `The weights of ${name} are sharded into ${parts} files; they have to be in one. Write them anew with save_pretrained(…, max_shard_size="2GB") and add the model again.`,
    `${name} 的权重被分成 ${parts} 个文件，但必须在一个文件中。请用 save_pretrained(…, max_shard_size="2GB") 重新保存，再添加模型。`,
  );

export const severalWeights = (name: string, weights: string[]): TinyaiError =>
  bad(
    name,
    `${name} has several files of weights (${weights.join(', ')}), and none is named model.safetensors: add only one of them, or give it that name.`,
    `${name} 有多个权重文件（${weights.join('、')}），且没有一个名为 model.safetensors：请只添加其中一个，或把它改成这个名字。`,
  );

export const emptyModelFile = (name: string): TinyaiError =>
  bad(name, `${name} is empty: it may not have been downloaded completely. Get it again and add the model again.`, `${name} 是空文件，可能没有下载完整：请重新下载后再添加模型。`);

/** A spec names a file that is not in this tab. */
export const notInTab = (name: string): Problem =>
  problem('not_found', `The file ${name} is not in this tab: add it again.`, `本页中没有文件 ${name}：请重新添加。`, name);

export const nameTaken = (name: string): TinyaiError =>
  new TinyaiError([
    problem('conflict', `There is another file named ${name} in this tab: give this one another name.`, `本页中已有另一个名为 ${name} 的文件：请换一个名字。`, name),
  ]);

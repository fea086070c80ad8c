/** Files that a visitor adds. They are kept in the tab and named `file:NAME` in the spec. */
import type { Problem } from '../types/generated/Problem';
import type { PlacedFile } from '../kit/form/dropped-files';
import { LANGUAGES } from '../i18n/locale';
import type { Messages } from '../i18n/messages';

/** The files of a model, by the names they have on the Hugging Face Hub. */
export const MODEL_FILES = ['model.safetensors', 'config.json', 'tokenizer.json'] as const;

/** A text of that many bytes is far beyond what a tab trains on. */
export const LARGEST_TEXT = 64 * 2 ** 20;

export const sizeText = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** A problem with a file, in both languages. */
export function fileProblem(field: string, value: string, run: string | null, text: (messages: Messages) => string): Problem {
  return { code: 'bad_file', run, field, value, message: { en: text(LANGUAGES.en), zh: text(LANGUAGES.zh) } };
}

/** What is wrong with a text file; null if nothing is. */
export function textProblem(name: string, bytes: Uint8Array, run: string | null): Problem | null {
  const bad = (text: (messages: Messages) => string): Problem => fileProblem('data.corpus', name, run, text);
  if (bytes.length === 0) return bad((messages) => messages.problems.emptyFile(name));
  const encoding = otherEncoding(bytes);
  if (encoding !== null) return bad((messages) => messages.problems.otherEncoding(name, encoding));
  const valid = validPrefix(bytes);
  if (valid < bytes.length) return bad((messages) => messages.problems.notUtf8(name, String(valid)));
  return null;
}

/** Encodings that begin with a mark of their own, as the engine names them; the longer marks first. */
const MARKS: [string, number[]][] = [
  ['UTF-32 LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32 BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16 LE', [0xff, 0xfe]],
  ['UTF-16 BE', [0xfe, 0xff]],
  ['GB 18030', [0x84, 0x31, 0x95, 0x33]],
];

/** The encoding that a text's mark names, where it is another than UTF-8. */
function otherEncoding(bytes: Uint8Array): string | null {
  return MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0] ?? null;
}

/** Length of the longest prefix that is UTF-8. */
function validPrefix(bytes: Uint8Array): number {
  const decodes = (end: number, whole: boolean): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: !whole });
      return true;
    } catch {
      return false;
    }
  };
  if (decodes(bytes.length, true)) return bytes.length;
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle, false)) good = middle;
    else bad = middle;
  }
  // The prefix may end within a character that is never completed: that one is wrong from its first byte on.
  while (!decodes(good, true)) good--;
  return good;
}

/** A model's files among those given: by their exact names, or by their endings where only one has it. */
export function modelFiles(files: PlacedFile[]): Map<string, PlacedFile> {
  const found = new Map<string, PlacedFile>();
  for (const wanted of MODEL_FILES) {
    const exact = files.find(({ file }) => file.name === wanted);
    const alike = files.filter(({ file }) => file.name.endsWith('.safetensors'));
    const file = exact ?? (wanted.endsWith('.safetensors') && alike.length === 1 ? alike[0] : undefined);
    if (file) found.set(wanted, file);
  }
  return found;
}

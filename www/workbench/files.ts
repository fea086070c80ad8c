/** Files that a visitor adds. They are kept in the tab and named `file:NAME` in the spec. */
import type { Problem } from '../types/generated/Problem';
import { LANGUAGES } from '../i18n/locale';
import type { Messages } from '../i18n/messages';

/** The files of a model, by the names they have on the Hugging Face Hub. */
export const MODEL_FILES = ['model.safetensors', 'config.json', 'tokenizer.json'] as const;

/** A text of that many bytes is far beyond what a tab trains on. */
const LARGEST_TEXT = 64 * 2 ** 20;

/** A problem with a file, in both languages. */
export function fileProblem(field: string, value: string, run: string | null, text: (messages: Messages) => string): Problem {
  return { code: 'bad_file', run, field, value, message: { en: text(LANGUAGES.en), zh: text(LANGUAGES.zh) } };
}

/** What is wrong with a text file; null if nothing is. */
export function textProblem(name: string, bytes: Uint8Array, run: string | null): Problem | null {
  const bad = (text: (messages: Messages) => string): Problem => fileProblem('data.corpus', name, run, text);
  if (bytes.length === 0) return bad((messages) => messages.problems.emptyFile(name));
  if (bytes.length > LARGEST_TEXT) {
    const mebibytes = (value: number): string => `${Math.ceil(value / 2 ** 20)} MiB`;
    return bad((messages) => messages.problems.tooLarge(name, mebibytes(bytes.length), mebibytes(LARGEST_TEXT)));
  }
  const valid = validPrefix(bytes);
  if (valid < bytes.length) return bad((messages) => messages.problems.notUtf8(name, String(valid)));
  return null;
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

/** A model's files among those added: by their exact names, or by their endings where only one has it. */
export function modelFiles(files: File[]): Map<string, File> {
  const found = new Map<string, File>();
  for (const wanted of MODEL_FILES) {
    const exact = files.find((file) => file.name === wanted);
    const alike = files.filter((file) => file.name.endsWith('.safetensors'));
    const file = exact ?? (wanted.endsWith('.safetensors') && alike.length === 1 ? alike[0] : undefined);
    if (file) found.set(wanted, file);
  }
  return found;
}

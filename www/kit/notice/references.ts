/** Messages that name fields and their values: `Lower {training.batch_size}, or set {fine_tuning.method=lora}.` */

/** A stretch of a message. */
export type MessagePart =
  | { kind: 'text'; text: string }
  /** A field by its label. */
  | { kind: 'field'; path: string; text: string }
  /** A value of a field by the name of the option. */
  | { kind: 'option'; path: string; option: string; text: string };

/** A dotted path, or a value of it. Other braces, as of JSON or of a file's name, refer to nothing. */
const REFERENCE = /\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)(?:=([^{}]+))?\}/g;

/**
 * Splits a message at its references. `labelOf` gives the label of a field, `optionOf` that of a value; undefined where there is none.
 * What has none stands as it is written, without its braces if it is a dotted path, which only this syntax puts into braces.
 */
export function renderReferences(
  text: string,
  labelOf: (path: string) => string | undefined,
  optionOf: (path: string, option: string) => string | undefined,
): MessagePart[] {
  const parts: MessagePart[] = [];
  const say = (words: string): void => {
    const last = parts.at(-1);
    if (last?.kind === 'text') last.text += words;
    else if (words !== '') parts.push({ kind: 'text', text: words });
  };
  let at = 0;
  for (const { 0: whole, 1: path = '', 2: option, index } of text.matchAll(REFERENCE)) {
    say(text.slice(at, index));
    at = index + whole.length;
    const name = option === undefined ? labelOf(path) : optionOf(path, option);
    if (name === undefined) say(path.includes('.') ? whole.slice(1, -1) : whole);
    else parts.push(option === undefined ? { kind: 'field', path, text: name } : { kind: 'option', path, option, text: name });
  }
  say(text.slice(at));
  return parts;
}

/** A message in words alone. */
export const plainText = (parts: readonly MessagePart[]): string => parts.map(({ text }) => text).join('');

/** Finding entries by words. */
import type { Row } from './entry';

const folded = (text: string): string => text.normalize('NFKC').toLocaleLowerCase();

/** The words of a search; an entry must have all of them. */
export const wordsOf = (text: string): string[] => folded(text).split(/\s+/).filter(Boolean);

/** Whether an entry's name, note, lab, runs and values of its spec have all the words. */
export function hasWords(words: readonly string[], row: Row, spec: unknown): boolean {
  const text = folded([row.name, row.note, row.lab, ...row.runs, ...valuesOf(spec)].join('\n'));
  return words.every((word) => text.includes(word));
}

function valuesOf(tree: unknown): string[] {
  if (typeof tree !== 'object' || tree === null) return [String(tree)];
  return Object.values(tree).flatMap(valuesOf);
}

/** Names of entries. */
import { StorageError } from './problems';

const LONGEST = 200;

/** A name as it is kept, or a {@link StorageError}. */
export function checkedName(typed: string): string {
  const name = typed.trim();
  if (name === '') throw new StorageError('bad_name', 'A name is needed.', '需要填写名称。', typed);
  if (name.length > LONGEST) {
    throw new StorageError(
      'bad_name',
      `The name has ${name.length} characters; at most ${LONGEST} are kept.`,
      `名称有 ${name.length} 个字符；最多 ${LONGEST} 个。`,
      name,
    );
  }
  return name;
}

/** The name itself where nobody has it, else with the first free number: `X (2)`, `X (3)`, … */
export function freeName(name: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  if (!names.has(name)) return name;
  const base = name.replace(/ \(\d+\)$/, '');
  let number = 2;
  while (names.has(`${base} (${number})`)) number++;
  return `${base} (${number})`;
}

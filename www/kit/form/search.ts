/** Finding settings by what they are called, explained as, and named in specs. */
import type { FieldDescription, FormGroup } from './description';

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether every word of a query stands in what a field says of itself; its group's name and its path count, too. */
function matches(words: readonly string[], field: FieldDescription, group: FormGroup): boolean {
  const options = field.options?.map(({ value, label }) => `${value} ${label}`) ?? [];
  const text = folded([group.label, field.label, field.help ?? '', field.path, field.path.replaceAll(/[._]/g, ' '), ...options].join('\n'));
  return words.every((word) => text.includes(word));
}

/** The groups with the fields that a query finds; those with none are left out. An empty query finds all. */
export function found(groups: readonly FormGroup[], query: string): readonly FormGroup[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  return groups.flatMap((group) => {
    const fields = group.fields.filter((field) => matches(words, field, group));
    return fields.length > 0 ? [{ ...group, fields }] : [];
  });
}

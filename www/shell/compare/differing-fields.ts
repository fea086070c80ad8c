/** Where runs differ, as the form would show it. */
import { equal } from '../../engine/spec/patch';
import { FIELDS } from '../../engine/spec/schema';
import { differences, type Difference } from './differences';
import { fieldsOf, type ComparedRun } from './run';

/** The fields in which runs differ; a value is undefined where the form of that run would not show the field. */
export function differingFields(runs: readonly ComparedRun[]): Difference[] {
  const all = runs.map(fieldsOf);
  const shows = (path: string, run: number): boolean => {
    const conditions = Object.entries(FIELDS.get(path)?.visibleIf ?? {});
    return conditions.every(([other, wanted]) => equal(all[run]!.get(other), wanted));
  };
  return differences(runs)
    .map(({ path, values }) => ({ path, values: values.map((value, run) => (shows(path, run) ? value : undefined)) }))
    .filter(({ values }) => values.some((value) => value !== undefined) && values.some((value) => !equal(value, values[0])));
}

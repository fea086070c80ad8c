/** Where runs differ, as the form would show it. */
import { equal } from '../../engine/spec/patch';
import { applies, FIELDS } from '../../engine/spec/schema';
import { differences, type Difference } from './differences';
import { fieldsOf, type ComparedRun } from './run';

/** The fields in which runs differ; a value is undefined where the form of that run would not show the field. */
export function differingFields(runs: readonly ComparedRun[]): Difference[] {
  const all = runs.map(fieldsOf);
  const shows = (path: string, run: number): boolean => {
    const field = FIELDS.get(path);
    return !field || applies(field, (other) => all[run]!.get(other));
  };
  return differences(runs)
    .map(({ path, values }) => ({ path, values: values.map((value, run) => (shows(path, run) ? value : undefined)) }))
    .filter(({ values }) => values.some((value) => value !== undefined) && values.some((value) => !equal(value, values[0])));
}

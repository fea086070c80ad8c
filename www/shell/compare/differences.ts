import { fieldsOf, type ComparedRun } from './run';

/** A field in which runs differ. */
export interface Difference {
  /** Dotted path, as in `fine_tuning.lora.rank`. */
  readonly path: string;
  /** Each run's value; undefined where its configuration has no such field. */
  readonly values: readonly unknown[];
}

/** The fields in which the configurations differ, in the order of the first run's. */
export function differences(runs: readonly ComparedRun[]): Difference[] {
  const fields = runs.map(fieldsOf);
  const paths = new Set(fields.flatMap((one) => [...one.keys()]));
  return [...paths]
    .map((path) => ({ path, values: fields.map((one) => one.get(path)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

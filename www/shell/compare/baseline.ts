import { fieldsOf, numberAt, type ComparedRun } from './run';

/** The run that others are compared with unless another is chosen: the first on one rank, else the first. */
export const defaultBaseline = (runs: readonly ComparedRun[]): number => Math.max(0, runs.findIndex(isAlone));

function isAlone(run: ComparedRun): boolean {
  const fields = fieldsOf(run);
  // Older specs know no mesh.
  return ['data', 'pipeline', 'tensor'].every((axis) => (numberAt(fields, `mesh.${axis}`) ?? 1) === 1);
}

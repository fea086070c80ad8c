import type { LabDefinition } from '../shell/lab-definition';
import { CATALOGUE } from './catalogue';

export { CATALOGUE } from './catalogue';

const definitions = import.meta.glob<{ lab: LabDefinition }>('./*/definition.ts');

/** Loads a lab by its id. */
export const LABS: Record<string, () => Promise<LabDefinition>> = Object.fromEntries(
  CATALOGUE.map(({ id }) => [id, async () => (await definitions[`./${id}/definition.ts`]!()).lab]),
);

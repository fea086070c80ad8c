/** The spec of the parallel lab: its schema, its default, its form. */
import { get } from '../spec/patch';
import { fits, groupsOf, type Group, type Schema } from '../spec/schema';
import type { ParallelSpec } from '../types/generated/ParallelSpec';
import schemaJson from '../types/generated/parallel_schema.json' with { type: 'json' };

const schema = schemaJson as unknown as Schema;

/** What an experiment is where nothing else is said. */
export const defaultParallelSpec = Object.fromEntries(
  Object.entries(schema.properties!).map(([name, part]) => [name, part.default]),
) as unknown as ParallelSpec;

/** Whether a value can be shown as a spec; the engine knows whether it can be trained. */
export const fitsParallel = (spec: unknown): boolean => fits(spec, schema) && Object.keys(schema.properties!).every((name) => get(spec, name) !== undefined);

/** All fields but those that the mesh chooser draws. */
const DRAWN = ['mesh.data', 'mesh.pipeline', 'mesh.tensor', 'ranks.unequal'];

/** The form, group by group. */
export const PARALLEL_GROUPS: Group[] = groupsOf(schema).map((group) => ({
  ...group,
  fields: group.fields.filter((field) => !DRAWN.includes(field.path)),
}));

/** Most ranks along an axis, and limits of an unequal rank. */
export const fieldSchema = (path: string): Schema =>
  path.split('.').reduce<Schema>((part, name) => (part.properties ?? part.items?.properties ?? {})[name] ?? {}, schema);

/** Changes below each object of a spec. */
export type SpecPatch = { [K in keyof ParallelSpec]?: Partial<ParallelSpec[K]> };

/** A copy with some fields replaced. */
export function patched(spec: ParallelSpec, patch: SpecPatch): ParallelSpec {
  const { version, ...groups } = structuredClone(spec);
  const merged = Object.entries(groups).map(([name, group]) => [name, { ...group, ...patch[name as keyof typeof groups] }]);
  return { version, ...Object.fromEntries(merged) };
}

/** Ranks of a mesh. */
export const rankCount = ({ mesh }: ParallelSpec): number => mesh.data * mesh.pipeline * mesh.tensor;

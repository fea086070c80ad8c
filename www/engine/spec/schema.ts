/** The form's fields, read from the JSON Schema of the spec. */
import schemaJson from '../../types/generated/schema.json' with { type: 'json' };

/** The part of JSON Schema that the generator uses, and its extensions. */
export interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  'x-unit'?: string;
  'x-step'?: number;
  'x-visible-if'?: Record<string, unknown>;
  'x-advanced'?: boolean;
  'x-suggestions'?: string[];
}

/** One field of the form. */
export interface Field {
  /** Dotted path below the form's object, e.g. `fine_tuning.lora.rank`. */
  path: string;
  schema: Schema;
  kind: 'number' | 'text' | 'choice' | 'chips' | 'toggle' | 'source';
  /** Values of a choice or of chips; suggestions of a source. */
  options: string[];
  /** Conditions on other fields, by path: the value wanted, or a list of which any will do. All must hold. */
  visibleIf: Record<string, unknown>;
  advanced: boolean;
}

/** One group of fields: an object at the top. */
export interface Group {
  path: string;
  fields: Field[];
}

/** The whole schema. */
export const schema = schemaJson as unknown as Schema;

/** The schema of one run's configuration. */
export const runSchema = schema.properties!.base!;

const constants = (part: Schema | undefined): string[] => (part?.oneOf ?? []).map((option) => String(option.const));

function field(path: string, part: Schema, visibleIf: Record<string, unknown>): Field {
  const common = { path, schema: part, visibleIf: { ...visibleIf, ...part['x-visible-if'] }, advanced: part['x-advanced'] === true };
  if (part['x-suggestions']) return { ...common, kind: 'source', options: part['x-suggestions'] };
  if (part.oneOf) return { ...common, kind: 'choice', options: constants(part) };
  if (part.type === 'boolean') return { ...common, kind: 'toggle', options: [] };
  if (part.type === 'array') return { ...common, kind: 'chips', options: constants(part.items) };
  return { ...common, kind: part.type === 'string' ? 'text' : 'number', options: [] };
}

/** Whether there is a control for a value: a list of numbers and a map are written in the spec's own text. */
const hasControl = (part: Schema): boolean =>
  part.type === 'object' ? part.properties !== undefined : part.type !== 'array' || part.items?.type !== 'integer';

/** Whether a path of a run is a map, one value whatever the names of its entries, which may have dots. */
export function isMap(path: string): boolean {
  const part = path.split('.').reduce<Schema | undefined>((at, name) => at?.properties?.[name], runSchema);
  return part?.type === 'object' && part.properties === undefined;
}

function fields(path: string, part: Schema, visibleIf: Record<string, unknown>): Field[] {
  return Object.entries(part.properties ?? {}).flatMap(([name, child]) => {
    const childPath = `${path}.${name}`;
    if (!hasControl(child)) return [];
    if (!child.properties) return [field(childPath, child, visibleIf)];
    return fields(childPath, child, { ...visibleIf, ...child['x-visible-if'] });
  });
}

/** A form, group by group, in the order of a schema; what is in no group is not in the form. */
export const groupsOf = (of: Schema): Group[] =>
  Object.entries(of.properties ?? {}).flatMap(([path, part]) =>
    part.properties ? [{ path, fields: fields(path, part, part['x-visible-if'] ?? {}) }] : [],
  );

/** The form of the first lab. */
export const GROUPS: Group[] = groupsOf(runSchema);

/** Every field of it by its path. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  GROUPS.flatMap((group) => group.fields.map((field) => [field.path, field])),
);

/**
 * Whether a value has the shape that the schema asks for, so that the form can show it: known fields, right types,
 * allowed choices. Ranges are left to the engine's check, which knows more.
 */
export function fits(value: unknown, part: Schema): boolean {
  if (part.oneOf) return part.oneOf.some((option) => option.const === value);
  if (part.type === 'string') return typeof value === 'string';
  if (part.type === 'boolean') return typeof value === 'boolean';
  if (part.type === 'number') return typeof value === 'number';
  if (part.type === 'integer') return Number.isInteger(value);
  if (part.type === 'array') return Array.isArray(value) && value.every((item) => fits(item, part.items ?? {}));
  if (part.type !== 'object') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const known = part.properties ?? {};
  return (
    (part.required ?? []).every((name) => name in value) &&
    Object.entries(value).every(([name, child]) => {
      const childSchema = known[name];
      return childSchema ? fits(child, childSchema) : part.additionalProperties !== false;
    })
  );
}

/**
 * Whether a field matters where other fields have these values, as the engine sees it (`src/lab/check/used.rs`): of a field that does not
 * matter itself, what counts is its default.
 */
export const applies = ({ visibleIf }: Pick<Field, 'visibleIf'>, value: (path: string) => unknown): boolean =>
  Object.entries(visibleIf).every(([path, wanted]) => {
    const other = FIELDS.get(path);
    const counts = other && !applies(other, value) ? other.schema.default : value(path);
    return (Array.isArray(wanted) ? wanted : [wanted]).includes(counts);
  });

/** The rooms of `www/` import only from the rooms above them in ARCHITECTURE.md's table, and no lab from another. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const WWW = import.meta.dirname;
const HEADING = '## Rooms of `www/`';

/** The place of each room in the table, from its lines ``| `www/kit/` | … |``: those in one line stand beside each other. */
function roomsOf(text: string): Map<string, number> {
  const section = text.split(HEADING)[1]!.split('\n## ')[0]!;
  const lines = section.split('\n').filter((line) => line.startsWith('| `www/'));
  return new Map(lines.flatMap((line, place) => [...line.split('|')[1]!.matchAll(/`www\/(\w+)\/`/g)].map(([, room]) => [room!, place] as const)));
}

const ROOMS = roomsOf(readFileSync(join(WWW, '../ARCHITECTURE.md'), 'utf8'));

/** Paths of what a script imports, given as it is written. */
const importsOf = (source: string): string[] =>
  [...source.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)].map(([, from, bare, later]) => (from ?? bare ?? later)!);

/** A room's name, and the lab's within `labs/`. */
function placeOf(path: string): { room: string; lab: string | null } {
  const [room, lab, ...rest] = path.split('/') as [string, ...string[]];
  return { room, lab: room === 'labs' && rest.length > 0 ? lab! : null };
}

/** What the script at `path`, below `www/`, imports although it may not. */
function violations(path: string, source: string): string[] {
  const own = placeOf(path);
  return importsOf(source).flatMap((written) => {
    if (!written.startsWith('.')) return [];
    const target = posix.join(posix.dirname(path), written);
    const other = placeOf(target.endsWith('/') ? `${target}index` : target);
    const place = ROOMS.get(other.room);
    // Beside the rooms stand the site's own settings, and what tests need.
    if (place === undefined) return [];
    const above = place < ROOMS.get(own.room)!;
    const inside = other.room === own.room && (own.lab === null || own.lab === other.lab);
    return above || inside ? [] : [`${path} imports ${target}`];
  });
}

/** All scripts of the rooms, by their paths below `www/`. */
const SCRIPTS = [...ROOMS.keys()].flatMap((room) =>
  readdirSync(join(WWW, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(WWW, join(entry.parentPath, entry.name)).split(sep).join('/')),
);
const sourceOf = (path: string): string => readFileSync(join(WWW, path), 'utf8');

test('a room imports only from the rooms above it, and no lab from another', () => {
  expect(SCRIPTS.length).toBeGreaterThan(200);
  expect(SCRIPTS.flatMap((path) => violations(path, sourceOf(path)))).toEqual([]);
});

test('every folder of www/ that has scripts is a room of the table', () => {
  const scripts = readdirSync(WWW, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['node_modules', 'public', 'dist', 'dist-lib', 'test-results'].includes(entry.name))
    .filter(({ name }) => readdirSync(join(WWW, name), { recursive: true }).some((file) => String(file).endsWith('.ts')))
    .map(({ name }) => name);
  expect(scripts.sort()).toEqual([...ROOMS.keys()].sort());
});

test('every element’s tag begins with tinyai-', () => {
  const tags = SCRIPTS.flatMap((path) => [...sourceOf(path).matchAll(/(?:customElement|customElements\.define)\(\s*['"]([^'"]+)['"]/g)].map(([, tag]) => ({ path, tag: tag! })));
  expect(tags.length).toBeGreaterThan(30);
  expect(tags.filter(({ tag }) => !tag.startsWith('tinyai-'))).toEqual([]);
});

describe('what is found', () => {
  const found = (path: string, source: string): number => violations(path, source).length;

  test('an import from below, however it is written', () => {
    expect(found('kit/a.ts', "import { x } from '../shell/x';")).toBe(1);
    expect(found('kit/a/b.ts', "import {\n  type X,\n  y,\n} from '../../labs/index';")).toBe(1);
    expect(found('engine/a.ts', "export * from '../pages/api';")).toBe(1);
    expect(found('shell/a.ts', "import '../bench/x';\nconst later = () => import('../embed/y');")).toBe(2);
  });

  test('one lab in another, and one side door beside another', () => {
    expect(found('labs/parallel/a/b.ts', "import { x } from '../../fine-tuning/x';")).toBe(1);
    expect(found('labs/parallel/a.ts', "import { LABS } from '../index';")).toBe(1);
    expect(found('embed/a.ts', "import { x } from '../bench/x';")).toBe(1);
  });

  test('nothing where all is well', () => {
    expect(found('labs/index.ts', "export const load = () => import('./parallel/definition');")).toBe(0);
    expect(found('labs/parallel/a/b.ts', "import { x } from '../x';\nimport { html } from 'lit';\nimport type { Spec } from '../../../types/generated/Spec';")).toBe(0);
    expect(found('pages/api.ts', "import { version } from '../package.json';\n// import { x } from '../embed/x';")).toBe(0);
  });
});

/** The site's texts: both languages say the same things, nothing is said that nobody shows, and nothing is left as a program calls it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const WWW = import.meta.dirname;
const ROOMS = ['kit', 'shell', 'labs', 'pages', 'bench', 'embed'];

/** All texts of a module: dotted names of keys, with what stands there. */
type Texts = Map<string, unknown>;

const FILES = ROOMS.flatMap((room) =>
  readdirSync(join(WWW, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** The pairs of modules that hold texts: a folder's `en.ts` and `zh.ts`. */
const PAIRS = FILES.filter((path) => path.endsWith('/text/en.ts')).map((path) => ({ name: path.slice(WWW.length + 1, -'/en.ts'.length), en: path, zh: path.replace(/en\.ts$/, 'zh.ts') }));

function leaves(value: unknown, path: string[] = [], found: Texts = new Map()): Texts {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) for (const [key, child] of Object.entries(value)) leaves(child, [...path, key], found);
  else found.set(path.join(' › '), value);
  return found;
}

const load = async (path: string): Promise<Texts> => leaves({ ...((await import(path)) as object) });
/** By key, without the name of what a module exports, which may tell the language. */
const bare = (texts: Texts): Texts => new Map([...texts].map(([key, value]) => [key.split(' › ').slice(1).join(' › '), value]));

/** What a text comes to, whatever it is about. */
function said(text: unknown): string {
  if (typeof text !== 'function') return Array.isArray(text) ? text.join(' ') : String(text);
  for (const given of ['7', 7, ['7', '8'], { toString: () => '7' }, true]) {
    try {
      return String((text as (...given: unknown[]) => unknown)(...Array<unknown>(Math.max(1, text.length)).fill(given)));
    } catch {
      // It wants something else.
    }
  }
  return '';
}

/** Names that are the same in both languages. */
const SAME = /^(languageTag|languageName|title|name|own)$|options|units|sources|presetNames|mesh\.zero/;
const HAN = /\p{Script=Han}/u;
/** How a program names what a person knows by another name: `training.steps`, `all_reduce`. */
const IDENTIFIER = /(?<![{\w./-])[a-z]+_[a-z_]+|(?<![{\w./@-])(?:training|model|data|mesh|fine_tuning|evaluation|communication|ranks|resources)\.(?!safetensors)[a-z_]+(?![^{]*})/;

describe.each(PAIRS)('$name', ({ en, zh }) => {
  test('both languages have the same texts, about the same things', async () => {
    const [english, chinese] = [bare(await load(en)), bare(await load(zh))];
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, value] of english) {
      const other = chinese.get(key);
      expect(typeof other, key).toBe(typeof value);
      // One language may need less of what it is told than the other, as English needs numbers for its plurals; never none of it.
      if (typeof value === 'function') expect((other as () => unknown).length > 0, key).toBe(value.length > 0);
    }
  });

  test('what is Chinese is Chinese', async () => {
    const english = bare(await load(en));
    const left = [...bare(await load(zh))].filter(([key, value]) => {
      const text = said(value);
      return /[a-z]{3}/i.test(text) && !HAN.test(text) && text === said(english.get(key)) && !SAME.test(key.split(' › ').at(-1)!) && !SAME.test(key);
    });
    expect(left.map(([key, value]) => `${key}: ${said(value)}`)).toEqual([]);
  });

  test('nothing is called as a program calls it', async () => {
    for (const path of [en, zh]) {
      const found = [...bare(await load(path))].map(([key, value]) => `${key}: ${said(value)}`).filter((text) => IDENTIFIER.test(text.slice(text.indexOf(': ') + 2)));
      expect(found).toEqual([]);
    }
  });
});

test('every text is shown somewhere', async () => {
  const sources = FILES.filter((path) => !/\/text\/(en|zh|type|messages)(-\w+)?\.ts$/.test(path)).map((path) => readFileSync(path, 'utf8')).join('\n');
  const names = new Set(sources.match(/[\w$]+/g));
  /** What is looked up in by a name that a program has: `units[unit]`; or handed on whole. */
  const looked = new Set([...sources.matchAll(/([\w$]+)(?:\?\.)?\[/g), ...sources.matchAll(/\{([^{}()]*)\} = /g)].flatMap(([, name]) => name!.split(/[\s,:]+/)));
  const unused: string[] = [];
  for (const { name, en } of PAIRS) {
    for (const key of bare(await load(en)).keys()) {
      const steps = key.split(' › ');
      const shown = names.has(steps.at(-1)!) || steps.slice(0, -1).some((step) => looked.has(step));
      if (!shown) unused.push(`${name}: ${key}`);
    }
  }
  expect(unused).toEqual([]);
});

/** What the author of a page writes about a lab: attributes of the element, or the query and hash of the page for iframes. */
import { problem } from '../engine/error';
import { SPEC_VERSION } from '../engine/spec/defaults';
import { FIELDS, GROUPS } from '../engine/spec/schema';
import type { LabDefinition } from '../shell/lab-definition';
import { LANGUAGES, type Language } from '../shell/text/language';
import type { Problem } from '../types/generated/Problem';
import { shown } from './protocol';

export const NAMES = ['lab', 'spec', 'lang', 'show', 'lock', 'theme'] as const;

/** As it was written; null: nothing was. */
export type Written = Record<(typeof NAMES)[number], string | null>;

export interface Settings {
  /** The experiment, as the address of a lab holds it. */
  hash: string;
  /** Null: the one that the reader prefers. */
  language: Language | null;
  /** Null: all. */
  show: string[] | null;
  lock: string[];
  theme: 'light' | 'dark' | null;
  /** What was written and means nothing; the rest counts. */
  problems: Problem[];
}

export function settingsOf(written: Written, definition: LabDefinition): Settings {
  const problems: Problem[] = [];
  const known = (attribute: string, names: string[], options: readonly string[]): string[] =>
    names.filter((name) => options.includes(name) || (problems.push(unknown(attribute, name, options)), false));
  const figures = [...(definition.stage ? [definition.stage.id] : []), ...definition.figures.map(({ id }) => id)];
  const show = namesIn(written.show);
  const [theme] = known('theme', namesIn(written.theme), ['light', 'dark', 'auto']);
  const language = written.lang === null ? null : languageOf(written.lang);
  if (language === undefined) problems.push(unknown('lang', written.lang!, LANGUAGES));
  return {
    hash: written.spec === null ? '' : hashOf(written.spec),
    language: language ?? null,
    show: show.length === 0 ? null : known('show', show, figures),
    lock: known('lock', namesIn(written.lock), ['*', ...GROUPS.map(({ path }) => path), ...FIELDS.keys()]),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    problems,
  };
}

const namesIn = (list: string | null): string[] => (list ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');

/** The language of a tag such as `zh-CN`; undefined where the site does not speak it. */
export const languageOf = (tag: string): Language | undefined => LANGUAGES.find((language) => language === tag.toLowerCase().split('-')[0]);

/**
 * The hash for an experiment that is written as JSON, or as it stands in a link. JSON that names no version is of the one that there is now:
 * only links are so old that they have none.
 */
function hashOf(written: string): string {
  const text = written.trim().replace(/^#?(spec=)?/, '');
  return `#spec=${text.startsWith('{') ? encodeURIComponent(versioned(text)) : text}`;
}

function versioned(json: string): string {
  try {
    const { version } = JSON.parse(json) as { version?: unknown };
    return version === undefined ? json.replace('{', `{"version":${SPEC_VERSION}${/^\{\s*\}$/.test(json) ? '' : ','}`) : json;
  } catch {
    // Whoever reads it says what is wrong.
    return json;
  }
}

function unknown(attribute: string, name: string, options: readonly string[]): Problem {
  const en = `${attribute}: there is no ${shown(name)}. There are ${options.join(', ')}.`;
  return problem('not_allowed', en, `${attribute}：没有 ${shown(name)}，可选的有：${options.join('、')}。`, name);
}

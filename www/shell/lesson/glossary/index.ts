/** The terms that lessons use, by the names that `<tinyai-term name="…">` knows them by. */
import type { Entry } from './entry';
import { learning } from './learning';
import { methods } from './methods';
import { scaling } from './scaling';
import { tuning } from './tuning';

export type { Entry } from './entry';

export const GLOSSARY = { ...learning, ...tuning, ...methods, ...scaling } as const satisfies Record<string, Entry>;

export type TermName = keyof typeof GLOSSARY;

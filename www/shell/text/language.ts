/** The languages of the site. */
import type { Text } from '../../types/generated/Text';

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The text of the engine's two in a language. */
export const inLanguage = (language: Language, text: Text): string => text[language];

/** The first of some language tags that the site speaks; English if it speaks none. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const language = LANGUAGES.find((known) => tag.toLowerCase().startsWith(known));
    if (language) return language;
  }
  return 'en';
}

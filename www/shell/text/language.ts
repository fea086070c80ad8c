/** The languages of the site. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of some language tags that the site speaks; English if it speaks none. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const language = LANGUAGES.find((known) => tag.toLowerCase().startsWith(known));
    if (language) return language;
  }
  return 'en';
}

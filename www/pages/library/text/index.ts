import type { Language } from '../../../shell/text/language';
import type { LabText } from '../../../shell/text/lab-text';

export type { LibraryText } from './type';

/** Loads the page's texts in a language. */
export const LIBRARY_TEXT: Record<Language, () => Promise<LabText>> = {
  zh: async () => (await import('./zh')).zh,
  en: async () => (await import('./en')).en,
};

/** The language of a page. */
import { LANGUAGES, preferred, type Language } from '../shell/text/language';
import type { StoragePort } from '../shell/ports';
import { Choice } from './choice';

/** What the visitor chose, or else the first of the browser's languages (`navigator.languages`) that the site speaks. */
export const pageLanguage = (storage: StoragePort, wanted: readonly string[]): Choice<Language> =>
  new Choice(storage, 'tinyai-language', LANGUAGES, preferred(wanted));

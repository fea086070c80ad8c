/** The kit's words in the language of the page. */
import { KIT_EN, KIT_ZH, type KitText } from '../kit/text/text';
import { language } from './locale';

export const kitWords = (): KitText => ({ zh: KIT_ZH, en: KIT_EN })[language()];

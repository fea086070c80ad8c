/** `tinyai-lab.js` at the site's root, the one file that pages of others load: it defines `<tinyai-lab>`. */
import { labElement } from './embed/element';

/** A page may load it twice, or from two sites: the first counts. */
const here: string = import.meta.url;
if (!customElements.get('tinyai-lab')) customElements.define('tinyai-lab', labElement(new URL('./', here)));

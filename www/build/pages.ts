/** The pages of the site, and what each needs as soon as it is opened. */
import { SERIF_FILES } from '../kit/fonts/files.ts';
import { CATALOGUE, type CataloguedLab } from '../labs/catalogue.ts';

/** A page, by its source below `www/`. */
export interface SitePage {
  html: string;
  /** Meant for frames of other sites: it takes no part in cross-origin isolation of its own accord. */
  framed?: boolean;
  /** The lab that it shows. */
  lab?: CataloguedLab;
  /** Whether its headings need no other characters of the serif than those of the first file. */
  fewCharacters?: boolean;
}

/** Files of the serif that a page loads in Chinese, below the site's root. */
export const fontsOf = ({ fewCharacters }: SitePage): string[] => SERIF_FILES.slice(0, fewCharacters ? 1 : undefined).map(({ file }) => `fonts/${file}`);

export const PAGES: SitePage[] = [
  // The first lab is also what the site opens with.
  { html: 'index.html', lab: CATALOGUE[0]!, fewCharacters: true },
  ...CATALOGUE.map((lab) => ({ html: `labs/${lab.id}/index.html`, lab })),
  { html: 'bench/index.html' },
  { html: 'library/index.html' },
  { html: 'teach/index.html' },
  { html: 'parallel/index.html' },
  { html: 'embed/index.html', framed: true },
];

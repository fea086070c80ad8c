/** The pages of the site, and what each needs as soon as it is opened. */
import { CATALOGUE, type CataloguedLab } from '../labs/catalogue.ts';

/** A page, by its source below `www/`. */
export interface SitePage {
  html: string;
  /** Meant for frames of other sites: it takes no part in cross-origin isolation of its own accord. */
  framed?: boolean;
  /** The lab that it shows. */
  lab?: CataloguedLab;
}

export const PAGES: SitePage[] = [
  // The first lab is also what the site opens with.
  { html: 'index.html', lab: CATALOGUE[0]! },
  ...CATALOGUE.map((lab) => ({ html: `labs/${lab.id}/index.html`, lab })),
  { html: 'bench/index.html' },
  { html: 'library/index.html' },
  { html: 'teach/index.html' },
  { html: 'parallel/index.html' },
  { html: 'embed/index.html', framed: true },
];

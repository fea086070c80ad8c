/** The pages of the site, and what each needs as soon as it is opened. */
import { CATALOGUE, type Early } from '../labs/catalogue.ts';

/** A page, by its source below `www/`. */
export interface SitePage {
  html: string;
  /** Meant for frames of other sites: it takes no part in cross-origin isolation of its own accord. */
  framed?: boolean;
  early?: Early;
}

export const PAGES: SitePage[] = [
  // The first lab is also what the site opens with.
  { html: 'index.html', early: CATALOGUE[0]!.early },
  ...CATALOGUE.map(({ id, early }) => ({ html: `labs/${id}/index.html`, early })),
  { html: 'bench/index.html' },
  { html: 'library/index.html' },
  { html: 'parallel/index.html' },
  { html: 'embed/index.html', framed: true },
];

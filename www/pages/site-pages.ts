/** The pages of the site, in the order of their links. */
import { CATALOGUE } from '../labs';
import type { Text } from '../types/generated/Text';

export interface SitePage {
  id: string;
  name: Text;
  /** Where it lies below the site's root. */
  path: string;
}

export const SITE_PAGES: readonly SitePage[] = [
  ...CATALOGUE.map(({ id, name }) => ({ id, name, path: `./labs/${id}/` })),
  { id: 'library', name: { en: 'Library', zh: '实验库' }, path: './library/' },
  { id: 'bench', name: { en: 'Benchmark', zh: '性能测试' }, path: './bench/' },
];

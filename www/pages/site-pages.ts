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
];

/** Pages that are linked from the foot of each. */
export const FOOT_PAGES: readonly SitePage[] = [
  { id: 'bench', name: { en: 'Benchmark', zh: '性能测试' }, path: './bench/' },
  { id: 'teach', name: { en: 'For teachers', zh: '教师页面' }, path: './teach/' },
  { id: 'examples', name: { en: 'Embedding', zh: '嵌入示例' }, path: './examples/' },
];

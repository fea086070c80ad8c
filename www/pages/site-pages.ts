/** The pages of the site, in the order of their links. */
import type { Text } from '../types/generated/Text';

export interface SitePage {
  id: string;
  name: Text;
  /** Where it lies below the site's root. */
  path: string;
}

export const SITE_PAGES: readonly SitePage[] = [
  { id: 'from-scratch', name: { en: 'From scratch', zh: '从零训练' }, path: './labs/from-scratch/' },
  { id: 'fine-tuning', name: { en: 'Fine-tuning', zh: '微调' }, path: './labs/fine-tuning/' },
  { id: 'parallel', name: { en: 'Parallel', zh: '并行训练' }, path: './labs/parallel/' },
  { id: 'bench', name: { en: 'Benchmark', zh: '性能测试' }, path: './bench/' },
];

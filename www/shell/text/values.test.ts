import { expect, test } from 'vitest';
import { valueText } from './values';
import { loadWords } from './words';

const NO_LAB = { name: '', question: '', lead: '', presets: {}, own: null };

test('a map is read name by name', async () => {
  const words = await loadWords('en', { en: async () => NO_LAB, zh: async () => NO_LAB });
  const ranks = (value: object): string => valueText(words, 'fine_tuning.lora.rank_pattern', value);
  expect([ranks({}), ranks({ q_proj: 8, 'layers.0.self_attn.v_proj': 2 })]).toEqual(['∅', 'q_proj 8, layers.0.self_attn.v_proj 2']);
});

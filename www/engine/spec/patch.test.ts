import { expect, test } from 'vitest';
import { leaves } from './patch';
import { isMap } from './schema';

test('a map is one field of a patch, whatever the names of its entries', () => {
  const patch = { fine_tuning: { method: 'lora', lora: { rank: 2, rank_pattern: { 'layers.0.self_attn.q_proj': 8, down_proj: 1 } } } };
  expect(leaves(patch, isMap)).toEqual(['fine_tuning.method', 'fine_tuning.lora.rank', 'fine_tuning.lora.rank_pattern']);
  expect(['fine_tuning.lora.alpha_pattern', 'fine_tuning.lora', 'fine_tuning.lora.rank', 'fine_tuning.lora.rank_pattern.q_proj', 'no.such'].map(isMap)).toEqual([true, false, false, false, false]);
});

import { expect, test } from 'vitest';
import type { SegmentKind } from '../../../types/generated/SegmentKind';
import { en } from '../text/en';
import { inWords } from './segments';

const model: SegmentKind[] = ['embedding', 'attention', 'feed_forward', 'attention', 'feed_forward', 'attention', 'feed_forward', 'head'];

test.each<[[number, number], string[]]>([
  [[0, 8], ['embedding', 'layers 1–3', 'head']],
  [[0, 3], ['embedding', 'layer 1']],
  [[0, 1], ['embedding']],
  [[7, 8], ['head']],
  [[2, 6], ['layer 1 feed-forward', 'layer 2', 'layer 3 attention']],
  [[2, 3], ['layer 1 feed-forward']],
  [[5, 6], ['layer 3 attention']],
])('segments %j', (stretch, words) => {
  expect(inWords(en.own.mesh, model, stretch)).toEqual(words);
});

import { expect, test } from 'vitest';
import type { Survival } from '../../../../types/generated/Survival';
import { byLayer, cumulative, greatest, gridOf, meanCumulative, needed, placeOf, relative, survives } from './facts';

test('as many values are needed as hold the share of the squared norm', () => {
  expect(needed([3, 1, 1], 0.8)).toBe(1);
  expect(needed([3, 1, 1], 0.9)).toBe(2);
  expect(needed([3, 1, 1], 1)).toBe(3);
  expect(needed([1, 1, 1, 1], 0.5)).toBe(2);
  expect([needed([], 0.9), needed([0, 0], 0.9)]).toEqual([0, 0]);
});

test('shares add up to one, and a module with fewer values holds all with its last', () => {
  expect(cumulative([2, 1]).map((share) => Math.round(100 * share))).toEqual([80, 100]);
  expect(meanCumulative([{ singular_values: [2, 1] }, { singular_values: [5] }])).toEqual([0.9, 1]);
  expect(meanCumulative([{ singular_values: [] }])).toEqual([]);
});

test('a module is told apart by its layer and its last name', () => {
  expect(placeOf('model.layers.11.self_attn.q_proj')).toEqual({ layer: 11, role: 'q_proj' });
  expect(placeOf('layers.0.mlp.down_proj')).toEqual({ layer: 0, role: 'down_proj' });
  expect(placeOf('model.embed_tokens')).toEqual({ layer: null, role: 'embed_tokens' });
});

test('a grid has modules in the order of a block, what is in no layer last, and holes where nothing is', () => {
  const found = [
    { layer: null, role: 'lm_head', value: 9 },
    { layer: 1, role: 'v_proj', value: 3 },
    { layer: 0, role: 'q_proj', value: 1 },
    { layer: 0, role: 'v_proj', value: 2 },
  ];
  expect(gridOf(found)).toEqual({ layers: [0, 1, null], roles: ['q_proj', 'v_proj', 'lm_head'], values: [[1, 2, null], [null, 3, null], [null, null, 9]] });
});

test('the greatest passes over what was not measured', () => {
  expect(greatest([{ value: null }, { value: -2 }, { value: NaN }, { value: -1 }])).toEqual({ value: -1 });
  expect(greatest([{ value: null }])).toBeNull();
});

test('means by layer leave out what is in none', () => {
  expect(byLayer([{ layer: 1, value: 4 }, { layer: 0, value: 1 }, { layer: 0, value: 3 }, { layer: null, value: 100 }])).toEqual([{ layer: 0, value: 2 }, { layer: 1, value: 4 }]);
});

test('a change is a share of the weight, and of nothing it is none', () => {
  expect([relative({ norm: 1, weight_norm: 4 }), relative({ norm: 1, weight_norm: 0 })]).toEqual([0.25, null]);
});

test('what survives is a share of what was learned, and less than nothing where the base does better', () => {
  const stages = (base: number, trained: number, merged: number): Survival[] => [
    { stage: 'base', loss: base, kl: 1 },
    { stage: 'trained', loss: trained, kl: 0 },
    { stage: 'merged', loss: merged, kl: 0.1 },
  ];
  expect(survives(stages(4, 3, 3.25), 'merged')).toBe(0.75);
  expect(survives(stages(4, 3, 5), 'merged')).toBe(-1);
  expect([survives(stages(3, 3, 3), 'merged'), survives(stages(3, 4, 3), 'merged'), survives(stages(4, 3, 3), 'rounded'), survives(stages(3.005, 3, 3), 'merged')]).toEqual([null, null, null, null]);
});

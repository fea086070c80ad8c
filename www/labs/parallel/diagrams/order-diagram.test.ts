import { expect, test } from 'vitest';
import { gpipe, oneForwardOneBackward } from './order-diagram';

const written = (work: ReturnType<typeof gpipe>): string => work.map(({ kind, part }) => `${kind === 'forward' ? 'F' : 'B'}${part}`).join(' ');

test('GPipe does all forwards before any backward', () => {
  expect(written(gpipe(3))).toBe('F0 F1 F2 B0 B1 B2');
});

test.each([
  [4, 2, 'F0 F1 B0 F2 B1 F3 B2 B3'],
  [2, 4, 'F0 F1 B0 B1'],
  [3, 1, 'F0 B0 F1 B1 F2 B2'],
])('1F1B of %i micro-batches over %i stages keeps as many as there are stages', (parts, stages, order) => {
  expect(written(oneForwardOneBackward(parts, stages))).toBe(order);
});

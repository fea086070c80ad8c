import { expect, test } from 'vitest';
import { Formats } from './format';

test('a very small number has two digits and a power of ten', () => {
  const { tiny } = new Formats('en', { s: 's', min: 'min' });
  expect([0, 0.0291, 0.006, 3.14159e-5, 2e-12, -4.04e-7].map(tiny)).toEqual(['0', '0.029', '0.006', '3.1 × 10⁻⁵', '2.0 × 10⁻¹²', '-4.0 × 10⁻⁷']);
});

import { expect, test } from 'vitest';
import { Formats } from './format';

const en = new Formats('en', { s: 's', min: 'min', same: 'the same' });
const zh = new Formats('zh-CN', { s: '秒', min: '分', same: '相同' });

test('a very small number has two digits and a power of ten', () => {
  expect([0, 0.0291, 0.006, 3.14159e-5, 2e-12, -4.04e-7].map(en.tiny)).toEqual(['0', '0.029', '0.006', '3.1 × 10⁻⁵', '2.0 × 10⁻¹²', '-4.0 × 10⁻⁷']);
});

test('a ratio is said as people say it', () => {
  const said = [1, 1.0004, 1.003, 1.12, 1.994, 1.996, 2.31, 12.34, 1234, 0.9996, 0.97, 0.5, 0.12, 0.1, 0.0234, 0.0001, 0];
  expect(said.map(en.ratio)).toEqual(['the same', 'the same', '+0.3%', '+12%', '+99%', '2.0×', '2.3×', '12×', '1,234×', 'the same', '−3%', '−50%', '−88%', '1/10', '1/43', '1/10,000', '−100%']);
  expect([1, 0.0234].map(zh.ratio)).toEqual(['相同', '1/43']);
});

test('what is measured has three significant digits', () => {
  expect([0, 0.01234, 1, 81.23, 99.96, 999.4, 999.6, 12_345.6].map(en.three)).toEqual(['0', '0.0123', '1.00', '81.2', '100', '999', '1,000', '12,346']);
  expect([0, 0.000234, 0.0234, 0.2, 0.9996, 1].map(en.percent)).toEqual(['0%', '0.0234%', '2.34%', '20.0%', '100%', '100%']);
  expect([1000, 1536, 2 ** 20, 123_456_789].map(en.size)).toEqual(['1,000 B', '1.50 KiB', '1.00 MiB', '118 MiB']);
  expect([0.5, 9.96, 12.34, 59.9, 59.96, 83.4, 3600].map(en.duration)).toEqual(['0.500 s', '9.96 s', '12.3 s', '59.9 s', '1 min 0 s', '1 min 23 s', '60 min 0 s']);
  expect([0.4, 12.34, 59.4, 83.4].map(zh.remaining)).toEqual(['0 秒', '12 秒', '59 秒', '1 分 23 秒']);
});

test('what is round has no idle zeros', () => {
  expect([10, 0.5, 2.25, 1500].map(en.short)).toEqual(['10', '0.5', '2.25', '1,500']);
});

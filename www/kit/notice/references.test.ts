import { expect, test } from 'vitest';
import { plainText, renderReferences } from './references';

const LABELS: Record<string, string> = { 'training.batch_size': 'Batch', 'fine_tuning.method': 'Method', mesh: 'Mesh' };
const render = (text: string) =>
  renderReferences(
    text,
    (path) => LABELS[path],
    (path, option) => (path === 'fine_tuning.method' && option === 'lora' ? 'LoRA' : undefined),
  );

test('a field is called by its label, a value by its option’s', () => {
  expect(render('Lower {training.batch_size}, or set {fine_tuning.method} to {fine_tuning.method=lora}.')).toEqual([
    { kind: 'text', text: 'Lower ' },
    { kind: 'field', path: 'training.batch_size', text: 'Batch' },
    { kind: 'text', text: ', or set ' },
    { kind: 'field', path: 'fine_tuning.method', text: 'Method' },
    { kind: 'text', text: ' to ' },
    { kind: 'option', path: 'fine_tuning.method', option: 'lora', text: 'LoRA' },
    { kind: 'text', text: '.' },
  ]);
});

test('a group may be referred to, at either end and side by side', () => {
  expect(render('{mesh}{mesh}')).toEqual([
    { kind: 'field', path: 'mesh', text: 'Mesh' },
    { kind: 'field', path: 'mesh', text: 'Mesh' },
  ]);
});

test('what is not known stands as it is written, without braces', () => {
  expect(render('{training.nothing} and {fine_tuning.method=other}')).toEqual([{ kind: 'text', text: 'training.nothing and fine_tuning.method=other' }]);
});

test.each(['{', '}', '{}', '{{}}', '{"a": 1}', 'notes {final}.txt', '{ training.batch_size }', '{Training.Batch}', '{a.b', '<b>{1}</b>', ''])(
  'braces in somebody’s own words stay: %s',
  (text) => {
    expect(plainText(render(text))).toBe(text);
  },
);

test('a reference within other braces is found', () => {
  expect(plainText(render('{{training.batch_size}}'))).toBe('{Batch}');
});

test('no message is slow, however many braces it has', () => {
  const start = performance.now();
  render(`${'{'.repeat(100_000)}${'{a.'.repeat(50_000)}`);
  expect(performance.now() - start).toBeLessThan(1000);
});

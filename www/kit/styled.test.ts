// @vitest-environment happy-dom
import { html, render } from 'lit';
import { expect, test } from 'vitest';
import { styled, type Styles } from './styled';

const draw = (styles: Styles): HTMLElement => {
  render(html`<i ${styled(styles)}></i>`, document.body);
  return document.body.querySelector('i')!;
};

test('styles are set by script, and taken back when they are no longer asked for', () => {
  const element = draw({ width: '3px', '--run': 'red' });
  expect([element.style.width, element.style.getPropertyValue('--run')]).toEqual(['3px', 'red']);
  expect(draw({ width: '4px' })).toBe(element);
  expect([element.style.width, element.style.getPropertyValue('--run')]).toEqual(['4px', '']);
});

test('it stands in a tag, not in an attribute', () => {
  expect(() => render(html`<i class=${styled({})}></i>`, document.createElement('div'))).toThrow('belongs into a tag');
});

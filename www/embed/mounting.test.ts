// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest';
import { mountLab } from './mounting';

vi.mock('../labs', () => {
  const words = async () => ({ name: 'A lab', question: '', lead: '' });
  return { LABS: { some: async () => ({ id: 'some', figures: [], groups: [], presets: () => [], text: { en: words, zh: words } }) } };
});

test('what is asked of a lab that is taken away before it begins is answered', async () => {
  const written = { lab: 'some', spec: null, lang: 'en', show: null, lock: null, theme: null };
  const lab = await mountLab({ site: new URL('https://example.org/tinyai/'), written, say: () => undefined });
  const answer = lab.answer({ target: 'tinyai', version: 1, type: 'getState', id: 7 });
  lab.dispose();
  expect(await answer).toMatchObject({ id: 7, message: { type: 'error', problems: [{ message: { en: 'The lab was taken out of the page.' } }] } });
});

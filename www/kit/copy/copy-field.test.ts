// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { CopyField, type ClipboardPort } from './copy-field';

async function mount(clipboard: ClipboardPort | null): Promise<CopyField> {
  const field = Object.assign(new CopyField(), { label: 'Copy link', value: () => 'https://example.org/#spec=abc', clipboard });
  document.body.append(field);
  await field.updateComplete;
  return field;
}

const press = (field: CopyField): void => field.renderRoot.querySelector('button')!.click();
const label = (field: CopyField): string => field.renderRoot.querySelector('button')!.textContent!;

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

test('it copies, says so, and offers to copy again', async () => {
  vi.useFakeTimers();
  const writeText = vi.fn<ClipboardPort['writeText']>().mockResolvedValue();
  const field = await mount({ writeText });
  press(field);
  await vi.advanceTimersByTimeAsync(10);
  expect(writeText).toHaveBeenCalledWith('https://example.org/#spec=abc');
  expect(label(field)).toBe('Copied');
  await vi.advanceTimersByTimeAsync(3000);
  expect(label(field)).toBe('Copy link');
});

test.each([
  ['there is no clipboard', null],
  ['the clipboard refuses', { writeText: () => Promise.reject(new DOMException('', 'NotAllowedError')) }],
])('where %s, the text stands there selected', async (_, clipboard) => {
  const field = await mount(clipboard);
  for (let time = 0; time < 2; time++) {
    press(field);
    await vi.waitFor(() => expect(field.renderRoot.querySelector('input')).not.toBeNull());
    await field.updateComplete;
    const input = field.renderRoot.querySelector('input')!;
    expect(input.value).toBe('https://example.org/#spec=abc');
    expect([input.selectionStart, input.selectionEnd]).toEqual([0, input.value.length]);
    expect(field.renderRoot.querySelector('.press')!.textContent).toMatch(/^Press .+C to copy\.$/);
  }
});

test('taken away meanwhile, it leaves no timer', async () => {
  vi.useFakeTimers();
  let copied!: () => void;
  const field = await mount({ writeText: () => new Promise((resolve) => (copied = resolve)) });
  press(field);
  field.remove();
  copied();
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

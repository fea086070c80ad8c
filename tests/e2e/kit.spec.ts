/** Components of the kit in a browser, on a page that knows nothing of them. */
import type { Dialog, Field, RunBar } from '../../www/kit/index';
import { AxeBuilder } from '../../www/testing';
import { openKit } from './kit-page';
import { expect, test } from './page';

const HOSTILE = `
  html { font-size: 5px; color-scheme: light; }
  * { color: red; font-family: fantasy; letter-spacing: 9px; box-sizing: content-box; }
  :root { --paper: lime; --ink: lime; --unit: 2px; }
`;

const number = { path: 'steps', kind: 'number', schema: { type: 'integer' }, label: 'Steps', help: 'Of the optimizer.', value: 20 };
const show = (page: Parameters<typeof openKit>[0]): Promise<void> =>
  page.locator('tinyai-field').first().evaluate((field: Field, number) => void (field.field = number), number as Field['field']);

test('a component has its own look on any page, and takes on what the page wishes', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openKit(page, '<tinyai-field></tinyai-field>', HOSTILE);
  await show(page);
  const label = page.locator('tinyai-field label');
  const colour = (): Promise<string> => label.evaluate((element) => getComputedStyle(element).color);
  expect(await colour()).toBe('rgb(34, 31, 26)');
  expect(parseFloat(await label.evaluate((element) => getComputedStyle(element).fontSize))).toBeGreaterThanOrEqual(15);
  expect(await label.evaluate((element) => getComputedStyle(element).fontFamily)).toContain('Source Sans');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await colour()).toBe('rgb(235, 230, 218)');
  const theme = (name: string | null): Promise<void> =>
    page.locator('tinyai-field').evaluate((field, name) => (name === null ? field.removeAttribute('theme') : field.setAttribute('theme', name)), name);
  await theme('light');
  expect(await colour()).toBe('rgb(34, 31, 26)');
  await page.addStyleTag({ content: 'body { --tinyai-ink: rgb(1, 2, 3); }' });
  expect(await colour()).toBe('rgb(1, 2, 3)');
});

test('the theme of a component is that of all that is in it', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openKit(page, '<tinyai-figure theme="dark" heading="Loss"><tinyai-field></tinyai-field></tinyai-figure>');
  await show(page);
  expect(await page.locator('tinyai-field label').evaluate((element) => getComputedStyle(element).color)).toBe('rgb(235, 230, 218)');
  expect(await page.locator('tinyai-field input').evaluate((element) => getComputedStyle(element).colorScheme)).toBe('dark');
});

test('a dialog has a name, keeps the focus, leaves the page inert, and gives the focus back', async ({ page }) => {
  await openKit(page, '<div id="place"></div>');
  await page.evaluate(() => {
    // In a shadow root within another, as in an embedded lab.
    const outer = document.querySelector('#place')!.attachShadow({ mode: 'open' });
    outer.innerHTML = '<div id="inner"></div>';
    const inner = outer.querySelector('#inner')!.attachShadow({ mode: 'open' });
    inner.innerHTML = `
      <button id="opener">Open</button>
      <tinyai-dialog heading="All settings"><input aria-label="First" /><button>Second</button></tinyai-dialog>`;
    inner.querySelector('#opener')!.addEventListener('click', () => (inner.querySelector('tinyai-dialog') as Dialog).show());
  });
  const opener = page.getByRole('button', { name: 'Open' });
  await opener.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'All settings' });
  await expect(dialog).toBeVisible();
  await expect(page.getByRole('button', { name: 'Close' }), 'what comes first').toBeFocused();
  expect((await new AxeBuilder({ page }).include('#place').analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('First')).toBeFocused();
  await expect(opener.click({ timeout: 500 }), 'the page behind is inert').rejects.toThrow();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await opener.press('Enter');
  await page.mouse.click(2, 2);
  await expect(dialog, 'a press beside it').toBeHidden();
  await opener.press('Enter');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test('a dialog that is longer than a phone scrolls in itself', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await openKit(page, '<tinyai-dialog heading="Long"><div style="height: 3000px">long</div><button>Last</button></tinyai-dialog>');
  await page.locator('tinyai-dialog').evaluate((dialog: Dialog) => dialog.show());
  await page.getByRole('button', { name: 'Last' }).scrollIntoViewIfNeeded();
  await expect(page.getByRole('button', { name: 'Last' })).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Close' })).toBeInViewport();
});

test('run by keyboard: the focus stays, and the next Enter pauses', async ({ page }) => {
  await openKit(page, '<tinyai-run-bar></tinyai-run-bar>');
  await page.locator('tinyai-run-bar').evaluate((bar: RunBar) => {
    bar.addEventListener('run', () => {
      bar.state = 'starting';
      setTimeout(() => (bar.state = 'running'), 50);
    });
    bar.addEventListener('pause', () => (bar.state = 'paused'));
    bar.addEventListener('cancel', () => (bar.state = 'idle'));
  });
  const main = page.locator('tinyai-run-bar .main');
  await main.focus();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Pause');
  await expect(main).toBeFocused();
  await expect(main).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Resume');
  await expect(main).toBeFocused();
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await cancel.press('Enter');
  await expect(main).toHaveText('Run');
  await expect(cancel).toBeDisabled();
  await expect(cancel, 'although there is nothing to cancel').toBeFocused();
});

test('without a clipboard the text to copy is there, selected', async ({ page }) => {
  await openKit(page, '<tinyai-copy-field label="Copy link"></tinyai-copy-field>');
  expect(await page.evaluate(() => navigator.clipboard === undefined), 'as over http').toBe(true);
  await page.locator('tinyai-copy-field').evaluate((field: HTMLElement & { value: () => string }) => (field.value = () => 'https://example.org/#spec=abc'));
  await page.getByRole('button', { name: 'Copy link' }).click();
  const text = page.getByRole('textbox', { name: 'Copy link' });
  await expect(text).toBeFocused();
  expect(await text.evaluate((input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!))).toBe('https://example.org/#spec=abc');
  await expect(page.locator('tinyai-copy-field')).toContainText(/Press .+C to copy/);
});

test('a table that is wider than a phone scrolls in itself, by keyboard too, and its first column stays', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await openKit(page, '<tinyai-table label="Traffic"></tinyai-table>', 'body { margin: 0 } th { position: sticky; left: 0 } td { min-width: 120px }');
  await page.locator('tinyai-table').evaluate((frame) => {
    frame.innerHTML = `<table><tbody><tr><th scope="row">all-reduce</th>${'<td>1</td>'.repeat(8)}<td>last</td></tr></tbody></table>`;
  });
  const place = page.getByRole('group', { name: 'Traffic' });
  await expect(place).toHaveAttribute('tabindex', '0');
  await expect(page.locator('tinyai-table')).toHaveAttribute('data-more', '');
  await place.focus();
  await page.keyboard.press('End');
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('cell', { name: 'last' })).toBeInViewport();
  await expect(page.getByRole('rowheader', { name: 'all-reduce' })).toBeInViewport();
  await expect(page.locator('tinyai-table')).not.toHaveAttribute('data-more', '');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

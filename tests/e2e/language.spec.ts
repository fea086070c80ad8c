/** Chinese and English, light and dark, narrow and wide, and the page for those who cannot see it. */
import { violationsInBothThemes } from './accessibility';
import { smallText } from './looks';
import { banner, expect, open, run, short, state, test } from './page';

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('the browser asks for Chinese, the page speaks it, and switches in place', async ({ page }) => {
    await open(page, short((spec) => spec.runs.splice(1)));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('同一个模型，多种学法');
    await expect.poll(() => page.evaluate(() => [...document.fonts].map(({ status }) => status)), 'its headings are in the site’s own serif').toContain('loaded');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.getByLabel('步数', { exact: true }).fill('0');
    const problem = banner(page);
    await expect(problem).toContainText('步数的值是 0');
    await page.getByRole('button', { name: 'English' }).click();
    await expect(problem).toContainText('Steps is 0');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('One model, many ways to teach it');
    await expect(page.getByLabel('Steps', { exact: true }), 'what was typed stays').toHaveValue('0');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByLabel('步数', { exact: true }).fill('4');
    await run(page);
    await expect(state(page)).toContainText('已完成');
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('同一个模型，多种学法');
  });
});

test('nothing that axe finds is wrong, in light and in dark', async ({ page }) => {
  await open(page);
  await run(page);
  await expect(state(page)).toContainText('Finished');
  expect(await violationsInBothThemes(page)).toEqual([]);
});

test('a lab begins with a text of the page’s language until something is written, and says what its runs will take', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await expect(page.getByLabel('Corpus')).toHaveValue('shakespeare-sonnets');
  await expect(page.locator('tinyai-estimate')).toHaveText(/^about .+ · \d+ MiB at the peak \(full\), \d+ MiB \(lora\)$/);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByLabel('语料')).toHaveValue('song-ci');
  await expect(page.locator('tinyai-estimate')).toHaveText(/^约 .+ · 峰值内存 \d+ MiB（full）、\d+ MiB（lora）$/);
  await page.getByLabel('预设').selectOption('plays');
  await expect(page.getByLabel('语料')).toHaveValue('shakespeare-sonnets');
  await page.getByLabel('步数', { exact: true }).fill('7');
  await expect(page.getByLabel('预设')).toHaveValue('');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('7');
  await page.getByLabel('Preset').selectOption('plays');
  await expect.poll(() => new URL(page.url()).hash).toBe('#play');
});

test('the appearance is switched and remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  const fonts: string[] = [];
  page.on('request', (request) => void (request.url().includes('/fonts/') && fonts.push(request.url())));
  await open(page, './labs/fine-tuning/#play');
  expect(fonts, 'no font for characters that are not shown').toEqual([]);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  const button = page.getByRole('button', { name: /Appearance/ });
  await button.click();
  await button.click();
  await expect(button).toHaveAccessibleName('Appearance: Dark');
  expect(await paper()).not.toBe(light);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a page is presented to a hall: large, without its form, for as long as the tab lives', async ({ page }) => {
  await open(page, short());
  const form = page.locator('tinyai-spec-form');
  await expect(form).toBeVisible();
  await page.getByRole('textbox').first().press('p');
  await expect(form, 'a field keeps what is typed').toBeVisible();
  await page.getByRole('button', { name: 'Present' }).click();
  await expect(form).toBeHidden();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Present', pressed: true })).toBeVisible();
  await expect(page.locator('tinyai-control-bar')).toBeVisible();
  expect(await smallText(page, 20)).toEqual([]);
  const moves = await page.evaluateHandle(() => {
    const moves: unknown[] = [];
    window.addEventListener('tinyai-present-move', (event) => moves.push(event.detail));
    return moves;
  });
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => moves.jsonValue()).toEqual([1]);
  await page.keyboard.press('Escape');
  await expect(form).toBeVisible();
});

test('nothing sticks out, from a phone to a projector', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  await run(page);
  await expect(state(page)).toContainText('Finished');
  for (const width of [360, 390, 768, 1024, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width} px`).toBeLessThanOrEqual(0);
  }
});

test('on a laptop the form, the chart and Run are in view without scrolling', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeInViewport({ ratio: 1 });
  await expect(page.locator('tinyai-loss-chart')).toBeInViewport({ ratio: 1 });
  await expect(page.getByLabel('Model', { exact: true })).toBeInViewport({ ratio: 1 });
});

/** The benchmark's page: it measures here, shows figures, stops, and speaks both languages. */
import { readFileSync } from 'node:fs';
import { AxeBuilder, type Page } from '../../www/testing';
import { expect, test } from './page';

const SHORT = './bench/?groups=train&threads=1&rounds=1';

const state = (page: Page) => page.locator('bench-control .state');
const run = (page: Page): Promise<void> => page.getByRole('button', { name: 'Run', exact: true }).click();

test('a short run shows figures, in both languages, and nothing that axe finds is wrong', async ({ page }) => {
  await page.goto(SHORT);
  await expect(page.locator('bench-page .empty')).toContainText('multiply-add peak');
  await run(page);
  await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
  await expect(page.locator('bench-peak dd')).toHaveText(/^\s*\d[\d.,]* GFLOP\/s\s*$/);
  await expect(page.locator('bench-figure tbody')).toHaveCount(2);
  for (const row of await page.locator('bench-figure tr.ours').all()) {
    await expect(row.locator('.share')).toHaveText(/^\d+%$/);
    await expect(row.locator('.value')).toHaveText(/^\d[\d,.]*$/);
  }
  for (const width of [360, 390, 768, 1024, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width} px`).toBeLessThanOrEqual(0);
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`).join('; ')}`);
    expect(found, colorScheme).toEqual([]);
  }
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('离这台机器的极限有多远？');
  await expect(page.locator('bench-figure h2')).toHaveText('训练步 · 1 个线程');
});

test('the result is downloaded in the shape of the command line', async ({ page }) => {
  await page.goto(SHORT);
  await run(page);
  await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download result (JSON)' }).click();
  const { environment, peak, rows } = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(Object.keys(environment)).toEqual(['date', 'cpu', 'cores', 'browser', 'rounds', 'load_average']);
  expect(peak['1']).toBeGreaterThan(0);
  expect(rows.map((row: { op: string }) => row.op)).toEqual(['S', 'M']);
  expect(rows[0].fraction_of_peak).toBeGreaterThan(0);
  expect(rows[0].losses.ours).toHaveLength(4);
});

test('a run is stopped, keeps what it measured, and can be run again', async ({ page }) => {
  await page.goto('./bench/?groups=gemm&threads=1&rounds=9');
  await run(page);
  await expect(page.locator('bench-figure .ours .share').first()).toHaveText(/%/, { timeout: 30_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(state(page)).toContainText('Stopped');
  await expect(page.locator('bench-figure .ours .share').first()).toHaveText(/%/);
  await expect(page.locator('iframe')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Run again' })).toBeEnabled();
});

test('what is chosen stands in the address; the lab and the benchmark lead to each other', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('link', { name: 'Benchmark' }).click();
  await page.getByRole('group', { name: 'Work' }).getByRole('button', { name: 'Attention' }).click();
  await page.getByRole('radio', { name: '3', exact: true }).check();
  await expect(page).toHaveURL(/\/bench\/\?groups=gemm,train&threads=[\d,]+&rounds=3$/);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Attention' })).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByRole('radio', { name: '3', exact: true })).toBeChecked();
  await page.getByRole('link', { name: 'Fine-tuning' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One model, taught twice');
});

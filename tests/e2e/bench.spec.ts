/** The benchmark's page: it measures here, shows figures, stops, and speaks both languages. */
import { readFileSync } from 'node:fs';
import type { BenchPage } from '../../www/bench/bench-page';
import type { Page } from '../../www/testing';
import { violationsInBothThemes } from './accessibility';
import { expect, test } from './page';

const SHORT = './bench/?groups=train&threads=1&rounds=1';

const state = (page: Page) => page.locator('tinyai-bench-control .state');
const run = (page: Page): Promise<void> => page.getByRole('button', { name: 'Run', exact: true }).click();

test('a short run shows figures, in both languages, and nothing that axe finds is wrong', async ({ page }) => {
  await page.goto(SHORT);
  await expect(page.locator('tinyai-bench-page .empty')).toContainText('multiply-add peak');
  await run(page);
  await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
  await expect(page.locator('tinyai-bench-peak dd')).toHaveText(/^\s*\d[\d.,]* GFLOP\/s\s*$/);
  await expect(page.locator('tinyai-bench-figure tbody')).toHaveCount(2);
  for (const row of await page.locator('tinyai-bench-figure tr.ours').all()) {
    await expect(row.locator('.share')).toHaveText(/^\d+%$/);
    await expect(row.locator('.value')).toHaveText(/^\d[\d,.]*$/);
  }
  for (const width of [360, 390, 768, 1024, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width} px`).toBeLessThanOrEqual(0);
  }
  expect(await violationsInBothThemes(page)).toEqual([]);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('离这台机器的极限有多远？');
  await expect(page.locator('tinyai-bench-figure h2')).toHaveText('训练步 · 1 个线程');
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
  expect(rows[0].fraction_of_peak_causal / rows[0].fraction_of_peak).toBeCloseTo(0.931, 2);
  expect(rows[0].losses.ours).toHaveLength(4);
});

test('a run is stopped, keeps what it measured, and can be run again', async ({ page }) => {
  await page.goto('./bench/?groups=gemm&threads=1&rounds=9');
  await run(page);
  await expect(page.locator('tinyai-bench-figure .ours .share').first()).toHaveText(/%/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(state(page)).toContainText('Stopped');
  await expect(page.locator('tinyai-bench-figure .ours .share').first()).toHaveText(/%/);
  await expect(page.locator('iframe')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Run again' })).toBeEnabled();
});

test('a run is stopped while a library is loading, and can be run again', async ({ page }) => {
  await page.goto(SHORT);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  // A peer that never arrives, whether or not this build of the site has it.
  await page.route('**/bench/peers/**', () => undefined);
  const takePeers = (peers: boolean): Promise<void> => page.locator('tinyai-bench-page').evaluate((element, peers) => (element as BenchPage).bench.choose({ peers }), peers);
  await takePeers(true);
  await run(page);
  await expect(state(page)).toContainText('Loading tfjs');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(state(page)).toContainText('Stopped');
  await expect(page.locator('iframe')).toHaveCount(0);
  await takePeers(false);
  await page.getByRole('button', { name: 'Run again' }).click();
  await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
  await expect(page.locator('tinyai-bench-figure tr.ours .value')).toHaveText([/^\d/, /^\d/]);
  // Nothing of the first run comes back.
  await expect(page.locator('iframe')).toHaveCount(0);
  await expect(state(page)).toContainText('Finished');
});

test('without its last slash the address leads to the same page, its choice kept', async ({ page }) => {
  await page.goto('./bench?groups=train&threads=1&rounds=1');
  await expect(page).toHaveURL(/\/bench\/\?groups=train&threads=1&rounds=1$/);
  await run(page);
  await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
});

test('a workload that cannot be is refused by the engine, with a message', async ({ page }) => {
  await page.goto(SHORT);
  const messages = await page.evaluate(async () => {
    const builds = await (await fetch('../engine/builds.json')).json();
    const address = new URL(`../engine/${builds['single-relaxed'].folder}/tinyai.js`, document.baseURI).href;
    const engine = await import(address);
    await engine.default();
    const message = (make: () => unknown): string => {
      try {
        make();
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    };
    return [
      message(() => new engine.GemmBench('ba', 1, 1, 1, 1)),
      message(() => new engine.GemmBench('ab', 0, 1, 1, 1)),
      message(() => new engine.GemmBench('ab', 1, -1, 1, 1)),
      message(() => new engine.GemmBench('ab', 1, 1, NaN, 1)),
      message(() => new engine.GemmBench('ab', 1, 1, 1, 1.5)),
      message(() => new engine.GemmBench('ab', 65536, 65536, 1, 1)),
      message(() => new engine.GemmInt8Bench(1, 200000, 1, 1)),
      message(() => new engine.AttentionBench(1, 0, 32)),
      message(() => new engine.DecodeBench('L')),
      message(() => new engine.TrainBench('s')),
      message(() => new engine.GemmBench('ab', 2, 2, 2, 2).run(3)),
    ];
  });
  const range = (name: string, value: number, most = 1048576): string => `${name} is ${value}; it has to be a whole number from 1 to ${most}`;
  expect(messages).toEqual([
    'op is "ba"; it has to be ab, abt or atb',
    range('m', 0),
    range('k', -1),
    range('n', NaN),
    range('copies', 1.5, 1024),
    'sizes of m = 65536, k = 65536, n = 1, copies = 1 make 4295098368 elements; at most 268435456 may be asked for: choose smaller ones',
    range('k', 200000, 132104),
    range('seq_len', 0),
    'there is no model "L"; it has to be S or M',
    'there is no model "s"; it has to be S or M',
    'accepted',
  ]);
});

test.describe('where builds do not load', () => {
  test.use({ expectedErrors: [/ERR_FAILED/] });
  const block = (page: Page, builds: string) => page.context().route(`**/engine/${builds}/**`, (route) => route.abort());

  test('the next best is measured, with the threads that it has', async ({ page }) => {
    await block(page, 'threads-*');
    await page.goto('./bench/?groups=train&rounds=1');
    await expect(page.locator('tinyai-bench-page .notice')).toContainText('The build with threads does not run in this browser');
    await expect(page.getByRole('group', { name: 'Threads' }).getByRole('button')).toHaveText(['1']);
    await run(page);
    await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
    await expect(page.locator('tinyai-bench-environment')).toContainText('single-relaxed');
  });

  test('none at all is an error that is shown', async ({ page }) => {
    await block(page, '*');
    await page.goto(SHORT);
    await expect(state(page)).toContainText('The engine could not be loaded (threads-relaxed: ');
    await expect(state(page)).toContainText('single-simd128: ');
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  });
});

test('a browser that cannot even be asked what it can do is an error that is shown', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.validate = () => {
      throw new Error('out of order');
    };
  });
  await page.goto(SHORT);
  await expect(state(page)).toHaveText('The engine could not be loaded (out of order). Reload the page.');
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
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What does LoRA save, and what not?');
});

test('what the address asks for in vain is told, in both languages, until something is chosen', async ({ page }) => {
  await page.goto('./bench/?groups=train,fft&threads=1&rounds=1');
  const notice = page.locator('tinyai-bench-page [role=alert]');
  await expect(notice).toContainText('“groups=fft” in the address cannot be measured here: groups takes gemm, ');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(notice).toContainText('网址中的“groups=fft”在这里无法测量');
  await page.getByRole('radio', { name: '3', exact: true }).check();
  await expect(notice).toHaveCount(0);
});

test('language and appearance are remembered from page to page, and the header stays off paper', async ({ page }) => {
  await page.goto('./bench/');
  await page.getByRole('button', { name: '中文' }).click();
  for (const next of [/外观: 自动/, /外观: 浅色/]) await page.getByRole('button', { name: next }).click();
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page).toHaveTitle('性能测试 · TinyAI Playground');
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('tinyai-site-header nav')).toBeHidden();
  await expect(page.locator('tinyai-site-header').getByRole('button')).toHaveCount(0);
});

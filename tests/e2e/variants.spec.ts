/** Of the engine's four builds a visitor loads one: the best that the browser can run. */
import type { Page } from '../../www/testing';
import { expect, open, short, test } from './page';

/** The builds of the engine whose WebAssembly a page asks for, each once. */
const engines = (urls: string[]): string[] => [...new Set(urls.flatMap((url) => /engine\/([\w-]+)-[0-9a-f]{8}\/tinyai_bg\.wasm$/.exec(url)?.[1] ?? []))];

test('exactly one build is fetched', async ({ page }) => {
  const urls: string[] = [];
  page.context().on('request', (request) => urls.push(request.url()));
  await open(page);
  expect(engines(urls)).toEqual(['threads-relaxed']);
});

/** The losses of a short experiment on the page that is open, once they are known to be the build's of that name. */
async function losses(page: Page, variant: string): Promise<number[]> {
  const result = await page.evaluate((spec) => window.tinyai.run(spec), short());
  expect(result.environment.variant).toBe(variant);
  expect(result.environment.simd).toBe(variant.endsWith('relaxed') ? 'relaxed-simd' : 'simd128');
  return result.runs.flatMap((run) => run.series.loss!.map(([, loss]) => loss));
}

test.describe('where a build does not load', () => {
  test.use({ expectedErrors: [/ERR_FAILED/] });

  const [best, ...others] = ['threads-relaxed', 'threads-simd128', 'single-relaxed', 'single-simd128'] as const;
  for (const [index, variant] of others.entries()) {
    test(`${variant} runs the experiment`, async ({ page }) => {
      await open(page);
      const expected = await losses(page, best);
      for (const better of [best, ...others.slice(0, index)]) await page.context().route(`**/engine/${better}-*/**`, (route) => route.abort());
      await page.reload();
      await expect(page.locator('tinyai-site-header .status')).toContainText(variant);
      const found = await losses(page, variant);
      // Fused or not, rounded a little differently: the same training.
      expect(found).toHaveLength(expected.length);
      for (const [step, loss] of found.entries()) expect(Math.abs(loss / expected[step]! - 1)).toBeLessThan(1e-4);
    });
  }
});

/** Of the engine's four builds a visitor loads one: the best that the browser can run. */
import { expect, open, short, test } from './page';

/** The WebAssembly files of the engine that a page asks for. */
const engines = (urls: string[]): string[] => urls.flatMap((url) => /engine\/([\w-]+)\/tinyai_bg\.wasm$/.exec(url)?.[1] ?? []);

test('exactly one build is fetched', async ({ page }) => {
  const urls: string[] = [];
  page.context().on('request', (request) => urls.push(request.url()));
  await open(page);
  expect(engines(urls)).toEqual(['threads-relaxed']);
});

test.describe('where a build does not load', () => {
  test.use({ expectedErrors: [/ERR_FAILED/] });

  const losses: Record<string, number[]> = {};
  const order = ['threads-relaxed', 'threads-simd128', 'single-relaxed', 'single-simd128'];
  for (const [index, variant] of order.entries()) {
    test(`${variant} runs the experiment`, async ({ page }) => {
      for (const better of order.slice(0, index)) await page.context().route(`**/engine/${better}/**`, (route) => route.abort());
      await open(page);
      const result = await page.evaluate((spec) => window.tinyai.run(spec), short());
      expect(result.environment.variant).toBe(variant);
      expect(result.environment.simd).toBe(variant.endsWith('relaxed') ? 'relaxed-simd' : 'simd128');
      losses[variant] = result.runs.flatMap((run) => run.series.loss!.map(([, loss]) => loss));
      // Fused or not, rounded a little differently: the same training.
      const first = losses[order[0]!]!;
      for (const [step, loss] of losses[variant].entries()) expect(Math.abs(loss / first[step]! - 1)).toBeLessThan(1e-4);
    });
  }
});

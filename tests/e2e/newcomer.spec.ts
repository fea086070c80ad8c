/**
 * Somebody who comes for the first time, from the first page on, without documentation: predicts, runs, and has it explained what LoRA
 * saves; compares ranks; sees the bubble shrink. Each block is kept as a picture, at each size and in both themes.
 */
import type { Page } from '../../www/testing';
import { violations } from './accessibility';
import { expect, MEASURED, test } from './page';
import { expectAgreement } from './quantities';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
];
const BLOCKS = ['.opening', 'tinyai-predict-block', 'section[aria-labelledby=run]', 'tinyai-explain-block', 'tinyai-vary-block', 'tinyai-check-block'];

const WORDS = {
  'en-US': { start: 'Start at 15.1', run: /^Run( again)?$/, keep: 'Note it down', finished: /^Finished/, all: 'Run all and compare', next: /^Next lesson: How high a rank/, lora: /one in \d+/, sections: 'All sections', parallel: /15\.4/, bubble: 'Pipeline and bubble', formula: /the formula below says 50\.0%/ },
  'zh-CN': { start: '从 15.1 开始', run: /^(重新)?运行$/, keep: '记下预测', finished: /^已完成/, all: '全部运行并对比', next: /^下一课/, lora: /约为前者的 \d+ 倍/, sections: '所有章节', parallel: /15\.4/, bubble: '流水线与气泡', formula: /按下面的公式是\s*50\.0%/ },
} as const;

/** Pictures of all blocks of the lesson as it stands. */
async function picture(page: Page, outputPath: (name: string) => string, name: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [i, block] of BLOCKS.entries()) {
        const path = outputPath(`${name}-${i + 1}-${size.width}-${colorScheme}.png`);
        await page.locator(`tinyai-lesson-view ${block}`).first().screenshot({ path, animations: 'disabled' });
      }
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} at ${size.width}`).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SIZES[1]!);
}

/** The hero figure and what runs it are seen at once on a projector. */
async function expectHeroFits(page: Page): Promise<void> {
  const run = page.locator('tinyai-lesson-view section[aria-labelledby=run]');
  await run.evaluate((section) => section.scrollIntoView({ block: 'start' }));
  const hero = await run.locator('.hero').boundingBox();
  expect(hero!.y + hero!.height, 'the hero figure’s end').toBeLessThanOrEqual(720);
}

for (const [locale, words] of Object.entries(WORDS)) {
  test.describe(locale, () => {
    test.use({ locale, viewport: SIZES[1]! });

    test('from the first page to what LoRA saves, to three ranks, to a bubble that shrinks', MEASURED, async ({ page }, info) => {
      test.setTimeout(600_000);
      const began = Date.now();
      let pictures = 0;
      // What taking pictures takes is nobody's.
      const keep = async (name: string): Promise<void> => {
        const start = Date.now();
        await picture(page, (name) => info.outputPath(name), name);
        pictures += Date.now() - start;
      };
      const minutes = (): number => (Date.now() - began - pictures) / 60_000;
      const state = page.locator('tinyai-control-bar .state');
      const ended = async (): Promise<void> => expect(state).toHaveText(words.finished, { timeout: 180_000 });
      await page.goto('./');
      await page.getByRole('link', { name: words.start }).click();
      await page.locator('tinyai-number-input input').press('ArrowRight');
      await page.getByRole('button', { name: words.keep }).click();
      await page.getByRole('button', { name: words.run }).first().click();
      await ended();
      await expect(page.locator('tinyai-explain-block')).toContainText(words.lora);
      await expect(page.locator('tinyai-verdict')).toContainText(/%/);
      await expect(page.locator('tinyai-bars-figure .pencil')).toBeVisible();
      await expectHeroFits(page);
      await expectAgreement(page, []);
      expect(await violations(page)).toEqual([]);
      // A person reads, too.
      console.log(`what LoRA saves: ${minutes().toFixed(1)} min`);
      expect(minutes(), 'minutes of waiting until one knows what LoRA saves').toBeLessThan(2.5);
      await keep('lora');

      await page.getByRole('link', { name: words.next }).click();
      await expect(page.locator('tinyai-lesson-view h1')).toBeFocused();
      await page.getByRole('button', { name: words.run }).first().click();
      await ended();
      expect(await page.locator('tinyai-vary-block tbody tr').count()).toBeGreaterThanOrEqual(3);
      await expectAgreement(page, []);
      await keep('rank');

      await page.getByRole('link', { name: words.sections }).click();
      await page.getByRole('link', { name: words.parallel }).click();
      await page.getByRole('link', { name: words.bubble }).first().click();
      await expect(page.locator('tinyai-lesson-view h1')).toBeFocused();
      await page.getByRole('button', { name: words.all }).click();
      await ended();
      await expect(page.locator('tinyai-explain-block')).toContainText(words.formula);
      const rows = page.locator('tinyai-vary-block tbody tr');
      await expect(rows).toHaveCount(4);
      const bubbles = await rows.locator('[data-quantity$="predicted_bubble_fraction"]').evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLDataElement).value)));
      expect(bubbles.length, 'bubbles in the strip').toBe(4);
      expect([...bubbles].sort((a, b) => b - a)).toEqual(bubbles);
      await expectAgreement(page, []);
      console.log(`ranks compared, and the bubble seen to shrink: ${minutes().toFixed(1)} min`);
      expect(minutes(), 'minutes of waiting until the bubble has shrunk').toBeLessThan(6);
      await keep('bubble');
    });
  });
}

/** Every page as it opens, in both languages, light and dark. Tests of single pages look again after a run. */
import { violationsInBothThemes } from './accessibility';
import { lowControls, smallText } from './looks';
import { expect, test } from './page';

const PAGES = ['./', './labs/fine-tuning/', './labs/from-scratch/', './labs/parallel/', './library/', './bench/'];

for (const address of PAGES) {
  for (const locale of ['en-US', 'zh-CN']) {
    test.describe(locale, () => {
      test.use({ locale });

      test(`nothing that axe finds is wrong on ${address}, in light and in dark`, async ({ page }) => {
        await page.goto(address);
        await expect(page.locator('html')).toHaveAttribute('lang', locale === 'zh-CN' ? 'zh-CN' : 'en');
        await expect(page.getByRole('button', { name: /^(Run|运行|Import…|导入…)$/ })).toBeVisible();
        expect(await violationsInBothThemes(page)).toEqual([]);
        expect(await smallText(page), 'text that is too small').toEqual([]);
      });
    });
  }
}

test.describe('by touch', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('whatever is pressed is large enough for a finger', async ({ page }) => {
    for (const address of PAGES) {
      await page.goto(address);
      await expect(page.getByRole('button', { name: /^(Run|Import…)$/ })).toBeVisible();
      const fold = page.getByRole('button', { name: 'Show settings' });
      if (await fold.isVisible()) await fold.click();
      expect.soft(await lowControls(page), address).toEqual([]);
      expect.soft(await smallText(page), address).toEqual([]);
      expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), address).toBeLessThanOrEqual(390);
    }
  });
});

/** Every page as it opens, in both languages, light and dark. Tests of single pages look again after a run. */
import { violations } from './accessibility';
import { expect, test } from './page';

const PAGES = ['./', './labs/fine-tuning/', './labs/from-scratch/', './labs/parallel/', './library/', './bench/'];

for (const address of PAGES) {
  for (const locale of ['en-US', 'zh-CN']) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test.describe(`${locale}, ${colorScheme}`, () => {
        test.use({ locale, colorScheme });

        test(`nothing that axe finds is wrong on ${address}`, async ({ page }) => {
          await page.goto(address);
          await expect(page.locator('html')).toHaveAttribute('lang', locale === 'zh-CN' ? 'zh-CN' : 'en');
          await expect(page.getByRole('button', { name: /^(Run|运行|Import…|导入…)$/ })).toBeVisible();
          expect(await violations(page)).toEqual([]);
        });
      });
    }
  }
}

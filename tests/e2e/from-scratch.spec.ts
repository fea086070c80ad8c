/** A model that knows nothing learns to write: the lab that the site opens with. */
import { expect, open, run, state, test } from './page';
import { expectAgreement } from './quantities';

for (const { locale, corpus, finished } of [
  { locale: 'en-US', corpus: 'shakespeare-plays', finished: 'Finished' },
  { locale: 'zh-CN', corpus: 'tang-poems', finished: '已完成' },
]) {
  test.describe(locale, () => {
    test.use({ locale });

    test('what the site opens with learns, in tokens of the visitor’s language, and shows what it writes on the way', async ({ page }) => {
      await open(page, './labs/from-scratch/#play');
      await page.locator('tinyai-field[id="training.steps"]').getByRole('textbox').fill('60');
      await run(page);
      await expect(state(page)).toContainText(finished);
      const board = page.locator('tinyai-board');
      await expect(board.locator('.sheet')).toHaveText(/\S/);
      await expect(board.getByRole('slider')).toBeVisible();
      await expectAgreement(page, []);
      await expect(page.locator('tinyai-loss-chart .readout')).toContainText(/\d\.\d{3} · .* \d\.\d{3}/);
      await expect(page.locator('tinyai-field[id="data.corpus"] select')).toHaveValue(corpus);
    });
  });
}

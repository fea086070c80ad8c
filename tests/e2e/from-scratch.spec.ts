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

test('the experiment at the root of the site stays there, in this lab', async ({ page }) => {
  await open(page, './labs/from-scratch/#play');
  await page.getByLabel('Steps', { exact: true }).fill('77');
  await expect.poll(() => page.url()).toContain('#spec=');
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('From noise to words');
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('77');
  expect(new URL(page.url()).pathname).toBe('/');
});

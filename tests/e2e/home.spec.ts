/** The first page. */
import { addressOf, expect, MEASURED, short, test } from './page';

for (const [locale, words] of [
  ['en-US', { run: 'Run', lead: 'Train language models', done: /1 of \d+ done/, tournament: 'Tournament' }],
  ['zh-CN', { run: '运行', lead: '亲手训练语言模型', done: /已完成 1 \/ \d+ 课/, tournament: '方法大比拼' }],
] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test('tells what it is, leads to every section that there is, and shows how far one has come', async ({ page }) => {
      await page.addInitScript(() => localStorage.setItem('tinyai-lesson:fine-tuning/rank', JSON.stringify({ foretold: null, ran: true, checked: 1, right: true })));
      await page.goto('./');
      await expect(page.getByRole('heading', { level: 1 })).toContainText(words.lead);
      const cards = page.locator('tinyai-home-page .card');
      await expect(cards).toHaveCount(6);
      await expect(cards.first()).toContainText(words.done);
      for (const href of await page.locator('tinyai-home-page li a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))) {
        expect((await page.request.get(href)).status(), href).toBe(200);
      }
      await page.getByRole('link', { name: words.tournament }).click();
      await expect(page.locator('tinyai-tournament-panel')).toBeVisible();
    });

    test('its model writes anew while one watches', MEASURED, async ({ page }) => {
      await page.goto('./');
      const sheet = page.locator('tinyai-board .sheet').first();
      await page.getByRole('button', { name: words.run, exact: true }).click();
      const clicked = Date.now();
      // What it writes before it has learned anything.
      await expect(page.locator('tinyai-board .runs .sheet')).toHaveText(/\S/);
      const moved = Date.now() - clicked;
      console.log(`written ${moved} ms after the click`);
      expect(moved, 'milliseconds from the click until it writes').toBeLessThan(3000);
      const first = await sheet.textContent();
      await expect(sheet).not.toHaveText(first!);
      await expect(page.locator('tinyai-board h3 small')).toContainText(/\d/);
    });
  });
}

test('links that stood at the first page still lead to their labs', async ({ page }) => {
  await page.goto(addressOf(short()).replace('labs/fine-tuning/', ''));
  await expect(page).toHaveURL(/\/labs\/from-scratch\/#spec=/);
});

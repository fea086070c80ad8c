/** In a tab that has little memory a run says what grew and what to lower, and the page lives on. */
import { banner, expect, open, run, short, state, test } from './page';
import { LAUNCH } from '../../www/playwright.config';

// The engine may grow to 96 MiB, as on a small phone.
const PAGES = (96 * 1024) / 64;
test.use({ launchOptions: { ...LAUNCH, args: [...LAUNCH.args, `--js-flags=--wasm-max-mem-pages=${PAGES}`] } });

test('a run that the tab has no memory for names what grew and what to lower', async ({ page }) => {
  // By calculation it fits the limit of the experiment, which is above what this tab has.
  await open(
    page,
    short((spec) => {
      spec.runs.splice(1);
      spec.base.training.batch_size = 24;
      spec.base.data.context = 128;
    }),
  );
  await run(page);
  await expect(banner(page)).toContainText(/no memory left|out of memory|memory/i);
  await expect(banner(page)).toContainText('activations');
  await expect(banner(page)).toContainText(/Batch size|Context/);
  await page.getByLabel('Batch size').fill('1');
  await page.getByLabel('Context').fill('16');
  await run(page);
  await expect(state(page)).toContainText('Finished');
});

/** What went wrong in labs once. */
import type { Page, Route } from '../../www/testing';
import { MEASURED, banner, expect, long, open, run, short, state, test } from './page';

const main = (page: Page) => page.locator('tinyai-run-bar .main');

test('a loss that rises far above its start is told of once, with the step and both losses, in both languages', async ({ page }) => {
  const spec = short((spec) => {
    Object.assign(spec.base.training, { steps: 10, learning_rate: 1, gradient_clip: 0 });
    spec.runs = [{ name: 'fast', patch: {} }];
  });
  await open(page, spec);
  await run(page);
  const notice = page.locator('tinyai-problems tinyai-notice', { hasText: 'far above its start' });
  await expect(notice).toContainText(/fast\s+The loss has risen far above its start: \d+\.\d{3} at step \d+, where it began with \d\.\d{3}\./);
  await expect(notice).toHaveCount(1);
  await expect(state(page)).toContainText(/Finished|Stopped/);
  await page.getByRole('button', { name: '中文' }).click();
  const told = page.locator('tinyai-problems tinyai-notice', { hasText: '损失远远超过了起点' });
  await expect(told).toContainText(/第 \d+ 步为 \d+\.\d{3}，而开始时为 \d\.\d{3}。请降低学习率，或把梯度裁剪设为 1 左右/);
  await told.getByRole('button', { name: '学习率' }).click();
  await expect(page.locator('tinyai-field[id="training.learning_rate"] input')).toBeFocused();
  await told.getByRole('button').last().click();
  await expect(told).toHaveCount(0);
});

test('run by keyboard: the focus is on the button that takes its place, and Enter pauses, and goes on', async ({ page }) => {
  await open(page, long());
  await main(page).focus();
  await page.keyboard.press('Enter');
  await expect(main(page)).toHaveText('Pause');
  await expect(state(page)).toContainText(/^Step \d+/);
  await expect(main(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(state(page)).toContainText(/^Paused/);
  await expect(main(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(state(page)).toContainText(/^Step \d+/);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(state(page)).toContainText('Cancelled');
});

for (const clipboard of ['without a clipboard', 'with a clipboard that refuses'] as const) {
  test(`${clipboard}, the link stands in a field, selected`, async ({ page }) => {
    await page.addInitScript((absent) => {
      const refusing = { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) };
      Object.defineProperty(navigator, 'clipboard', { value: absent ? undefined : refusing });
    }, clipboard === 'without a clipboard');
    await open(page, short());
    await page.getByRole('button', { name: 'Copy link' }).click();
    const link = page.getByRole('textbox', { name: 'Copy link' });
    await expect(link).toBeFocused();
    await expect(link).toHaveValue(page.url());
    expect(await link.evaluate((input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!))).toBe(page.url());
  });
}

test('a failed run after a good one leaves the good one to look at', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const readout = page.locator('tinyai-loss-chart .readout');
  const good = await readout.textContent();
  const limit = page.locator('tinyai-field[id="resources.memory_limit"]');
  await page.locator('details.advanced', { has: limit }).locator('summary').click();
  await limit.getByLabel('Memory limit').fill('16');
  for (let i = 0; i < 2; i++) {
    await run(page);
    await expect(state(page)).toContainText('Stopped');
    await expect(banner(page)).not.toBeEmpty();
  }
  await page.getByRole('button', { name: 'Show previous' }).click();
  await expect(readout).toHaveText(good!);
  await expect(page.getByRole('row', { name: /^Validation loss \d/ })).toBeVisible();
});

test('an address that takes no more changes while an arrow key is held: the link, the field and the run are one', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  await page.evaluate(() => {
    const { replaceState } = history;
    let writes = 0;
    history.replaceState = function (...given) {
      if (++writes < 5) throw new DOMException('too often', 'SecurityError');
      replaceState.apply(this, given);
    };
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
  });
  const steps = page.getByLabel('Steps', { exact: true });
  await steps.focus();
  for (let i = 0; i < 3; i++) await page.keyboard.down('ArrowUp');
  await page.keyboard.up('ArrowUp');
  const wanted = await steps.inputValue();
  await page.getByRole('button', { name: 'Copy link' }).click();
  const link = await page.getByRole('textbox', { name: 'Copy link' }).inputValue();
  await page.getByLabel('Every', { exact: true }).fill('0');
  await expect(page.locator('tinyai-field[id="evaluation.every"] .problems'), 'what is wrong is still found').not.toBeEmpty();
  await page.getByLabel('Every', { exact: true }).fill('3');
  await expect(page.locator('tinyai-field[id="evaluation.every"] .problems')).toBeEmpty();
  await run(page);
  await expect(state(page)).toContainText(new RegExp(`of ${wanted} |Finished`));
  await expect(page).toHaveURL(link);
  await open(page, link);
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue(wanted);
});

/** Lets a file begin to come, and never come to an end; whether somebody gave it up. */
async function stall(page: Page, files: RegExp): Promise<{ asked: Promise<void>; givenUp: Promise<void>; end(): Promise<void> }> {
  let ask = (): void => undefined;
  const waiting: Route[] = [];
  const asked = new Promise<void>((resolve) => (ask = resolve));
  await page.route(files, (route) => {
    waiting.push(route);
    ask();
  });
  const givenUp = new Promise<void>((resolve) => page.on('requestfailed', (request) => files.test(request.url()) && resolve()));
  return { asked, givenUp, end: async () => void (await Promise.all(waiting.map((route) => route.continue().catch(() => undefined)))) };
}

test('Cancel while the engine is on its way acts at once, and nothing runs once it is there', async ({ page }) => {
  const engine = await stall(page, /\/engine\/.*\.wasm/);
  await page.goto('./labs/fine-tuning/#play');
  await engine.asked;
  await run(page);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  // The engine is not there yet, and will not be before this is said.
  await expect(state(page)).toContainText('Cancelled');
  await expect(main(page)).toHaveText(/Run/);
  await engine.end();
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  await expect(state(page)).toContainText('Cancelled');
  expect(await page.locator('tinyai-loss-chart .readout').textContent()).not.toMatch(/\d\.\d{3}/);
});

test.describe('during a download', () => {
  test.use({ expectedErrors: [/ERR_FAILED|ERR_ABORTED/] });

  test('Cancel acts at once, the download is given up, and the next run fetches it again', async ({ page }) => {
    const model = await stall(page, /\/models\/.*\.safetensors/);
    await open(page, short((spec) => spec.runs.splice(1)));
    await run(page);
    await model.asked;
    await expect(state(page)).toContainText(/Preparing|Fetching/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(state(page)).toContainText('Cancelled');
    await model.givenUp;
    await page.unroute(/\/models\/.*\.safetensors/);
    await run(page);
    await expect(state(page)).toContainText('Finished');
  });

  test('Cancel acts within 100 ms', MEASURED, async ({ page }) => {
    const model = await stall(page, /\/models\/.*\.safetensors/);
    await open(page, short((spec) => spec.runs.splice(1)));
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      await run(page);
      await model.asked;
      await expect(state(page)).toContainText(/Preparing|Fetching/);
      const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
      const milliseconds = await cancel.evaluate(async (button: HTMLElement) => {
        const state = (button.getRootNode() as ShadowRoot).querySelector('.state')!;
        const began = performance.now();
        button.click();
        while (!state.textContent!.includes('Cancelled')) await new Promise((resolve) => requestAnimationFrame(resolve));
        return performance.now() - began;
      });
      times.push(milliseconds);
    }
    expect(Math.min(...times)).toBeLessThan(100);
    await model.givenUp;
  });
});

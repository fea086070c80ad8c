/** An experiment from pressing Run to the comparison, and its controls on the way. */
import { readFile } from 'node:fs/promises';
import type { ExperimentResult } from '../../www/types/generated/ExperimentResult';
import { violations } from './accessibility';
import { MEASURED, expect, long, open, run, short, state, test } from './page';
import type { Page } from '../../www/testing';
import { RATIO, expectAgreement } from './quantities';

/** Waits as long as a whole other experiment takes, in an engine of its own. */
const anotherExperiment = (page: Page) => page.evaluate((spec) => window.tinyai.run(spec).then(() => undefined), short());

test('a short default experiment runs to its end and shows everything', async ({ page }) => {
  await open(page);
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const chart = page.locator('tinyai-loss-chart');
  await expect(chart.locator('.readout')).toContainText(/full\s+training \d\.\d{3} · validation \d\.\d{3}/);
  await expect(chart.locator('.readout')).toContainText(/lora\s+training \d\.\d{3} · validation \d\.\d{3}/);
  await expect(chart.getByRole('img')).toHaveAttribute('aria-label', /lora: training \d/);
  const figures = page.locator('tinyai-run-figures');
  await expect(figures).toContainText(/trainable [\d,]+/);
  await expect(figures).toContainText(/activations [\d.]+/);
  await expect(figures).toContainText(/MiB peak/);
  await expect(figures).toContainText('tokens/s');
  await expect(page.locator('tinyai-samples .sheet:not(.blank)')).toHaveCount(4);
  const table = page.getByRole('table');
  await expect(table.getByRole('row', { name: /Method Full LoRA/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /^Validation loss \d/ })).toContainText(RATIO);
  await expectAgreement(page, ['full', 'lora'].flatMap((name) => ['loss', 'validation_loss', 'step_time', 'tokens_per_second', 'peak_memory', 'memory.activations', 'trainable_parameters'].map((metric) => `${name}/${metric}`)));
});

test('the result can be downloaded, and the baseline of its ratios chosen', async ({ page }) => {
  await open(page);
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const row = page.getByRole('row', { name: /Trainable parameters/ });
  await expect(row.locator('td').nth(1)).toContainText(/1\/\d+/);
  await page.getByRole('radio', { name: 'Compare with lora' }).check();
  await expect(row.locator('td').nth(1)).not.toContainText('/');
  await expect(row.locator('td').nth(0)).toContainText('×');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download result (JSON)' }).click();
  const file = await (await downloading).path();
  const result = JSON.parse(await readFile(file, 'utf8')) as ExperimentResult;
  expect(result.runs.map((each) => each.name)).toEqual(['full', 'lora']);
  for (const each of result.runs) {
    expect(each.status).toBe('finished');
    expect(each.series.loss).toHaveLength(6);
    expect(each.series.validation_loss?.map(([step]) => step)).toEqual([0, 3, 6]);
  }
  expect(result.environment.isolated).toBe(true);
  expect(result.environment.variant).toBe('threads-relaxed');
});

test('what was measured with other settings is grey, and only that, until it is measured again; the earlier result is kept', async ({ page }) => {
  await open(page);
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const note = page.locator('tinyai-past-note p');
  await expect(note).toHaveCount(0);
  await page.locator('tinyai-run-tabs .pick', { hasText: 'lora' }).click();
  await page.locator('tinyai-field[id="training.seed"]').getByRole('textbox').fill('7');
  await expect(note).toContainText('Grey: lora ran with other settings');
  await expect(page.locator('tinyai-past-part[past]')).toHaveCount(0);
  await expect(page.locator('tinyai-run-figures [data-past]')).toHaveCount(3);
  await page.getByRole('button', { name: 'Shared', exact: true }).click();
  await page.locator('tinyai-field[id="training.steps"]').getByRole('textbox').fill('5');
  await expect(note).toContainText('These results are from earlier settings.');
  await expect(page.getByRole('group', { name: 'Measured with other settings' })).toHaveCount(4);
  expect(await violations(page), 'grey, and readable').toEqual([]);
  await page.emulateMedia({ media: 'print' });
  await expect(note).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try the new settings' })).toBeHidden();
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('button', { name: 'Try the new settings' }).click();
  await expect(note).toHaveCount(0);
  await expect(page.locator('tinyai-run-bar .main'), 'the focus is where the run is paused').toBeFocused();
  await expect(state(page)).toContainText('Finished');
  await expect(note).toHaveCount(0);
  await expect(page.getByText(/The previous result, of/)).toBeVisible();
  await page.getByRole('button', { name: 'Show previous' }).click();
  await expect(page.getByText('You are looking at the previous result.')).toBeVisible();
  await expect(note, 'that one is of the past').toBeVisible();
});

test('pause, step, resume and cancel', async ({ page }) => {
  await open(page, long());
  await run(page);
  await expect(state(page)).toContainText(/^Step \d+ of 4000/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(state(page)).toContainText(/^Paused/);
  await expectAgreement(page, []);
  const steps = async (): Promise<number> => Number((await state(page).textContent())!.match(/step (\d+)/)![1]);
  await anotherExperiment(page);
  const paused = await steps();
  await anotherExperiment(page);
  expect(await steps(), 'a paused experiment stands still').toBe(paused);
  await page.getByRole('button', { name: 'Step' }).click();
  await expect.poll(steps).toBe(paused + 1);
  await anotherExperiment(page);
  expect(await steps(), 'one press is one step').toBe(paused + 1);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(state(page)).toContainText(/^Step \d+ of 4000/);
  await page.getByRole('button', { name: 'Cancel “full”' }).click();
  await expect(page.getByRole('columnheader', { name: /full cancelled/ })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: /lora running/ })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(state(page)).toContainText('Cancelled');
  await expect(page.locator('tinyai-loss-chart .readout')).toContainText(/lora\s+training \d/);
});

test('while an experiment runs the page answers at once', MEASURED, async ({ page }) => {
  await open(page, long());
  await run(page);
  await expect(state(page)).toContainText(/^Step \d+/);
  const worst = await page.evaluate(async () => {
    let worst = 0;
    let last = performance.now();
    for (let i = 0; i < 100; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }
    return worst;
  });
  expect(worst, 'longest pause of the page in ms').toBeLessThan(300);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
});

/** Forks: a run that goes on from a point of another's curve, by a link and by hand. */
import { readFile } from 'node:fs/promises';
import { forkMayChange } from '../../www/engine/spec/fork';
import { resolve, setInRun } from '../../www/engine/spec/patch';
import { FIELDS, type Field } from '../../www/engine/spec/schema';
import type { Page } from '../../www/testing';
import type { ExperimentResult } from '../../www/types/generated/ExperimentResult';
import type { Problem } from '../../www/types/generated/Problem';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open, problemsOf, run, short, state, test } from './page';

/** A LoRA run of twelve steps, and more runs. */
const lora = (...more: Spec['runs']): Spec =>
  short((spec) => {
    Object.assign(spec.base.training, { steps: 12 });
    Object.assign(spec.base.evaluation, { every: 4 });
    spec.runs = [{ ...spec.runs[1]!, name: 'lora' }, ...more];
  });

const fork = { run: 'lora', step: 6 };

/** What the page says of the fork after its only other run. */
const difference = (page: Page) => page.locator('tinyai-fork-differences li');

async function resultOf(page: Page): Promise<ExperimentResult> {
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download result (JSON)' }).click();
  return JSON.parse(await readFile(await (await downloading).path(), 'utf8')) as ExperimentResult;
}

/** Chooses the point of a curve after a step, by keys, from its end. */
async function choose(page: Page, step: number): Promise<void> {
  const point = page.getByRole('slider', { name: 'Point on the curve of lora' });
  await point.focus();
  await point.press('Home');
  for (let at = 1; at < step; at++) await point.press('ArrowRight');
  await expect(point).toHaveAttribute('aria-valuetext', new RegExp(`^step ${step} · training \\d\\.\\d{3}`));
}

test('by a link: a fork without a change is bitwise the original to its end, and the page says so', async ({ page }) => {
  await open(page, lora({ name: 'again', patch: {}, fork }));
  await expect(page.locator('tinyai-run-tabs')).toContainText('from lora, step 6');
  await run(page);
  await expect(state(page)).toContainText('Finished');
  await expect(difference(page)).toContainText('again is bitwise the same as lora to the end, step 12.');
  const [original, again] = (await resultOf(page)).runs;
  for (const series of ['loss', 'gradient_norm', 'validation_loss']) {
    const own = again!.series[series]!;
    expect(own.length, series).toBeGreaterThan(0);
    expect(own, series).toEqual(original!.series[series]!.filter(([step]) => step >= own[0]![0]));
  }
  expect(again!.series.loss![0]![0]).toBe(7);
  await expect(page.getByRole('row', { name: /^Begins at the first step from lora, step 6/ })).toBeVisible();
});

test('by hand: a point, Fork here, another learning rate; only the fork runs, and the page says where both first differ', async ({ page }) => {
  await open(page, lora());
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const before = (await resultOf(page)).runs[0]!;
  await choose(page, 6);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Fork here' })).toBeFocused();
  await page.keyboard.press('Enter');
  const head = page.locator('tinyai-fork-head');
  await expect(head.locator('.lead')).toBeFocused();
  await expect(head.locator('.lead')).toHaveText('It has all that lora had after step 6. Change one thing, and run.');
  // The last state that is kept is that of the measurement before.
  await expect(head).toContainText('its steps 5 to 6 are computed again first');
  await expect(page.getByLabel('Name of the run')).toHaveValue('lora, from step 6');
  await page.getByLabel('Learning rate', { exact: true }).fill('0.01');
  await run(page);
  await expect(difference(page)).toContainText(/lora, from step 6 first differs from lora after step 7: most of all in \S+, by up to \S+.*\. Of \d+ tensors, \d+ differ\./);
  await expect(state(page)).toContainText('Finished');
  const [original, forked] = (await resultOf(page)).runs;
  expect(original, 'what was there is not run again').toEqual(before);
  expect(forked!.reports.fork).toMatchObject({ run: 'lora', step: 6, differs: { step: 7 } });
  await page.reload();
  await expect(page.locator('tinyai-run-tabs')).toContainText('lora, from step 6');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('tinyai-run-tabs')).toContainText('自 lora 第 6 步');
});

test('a point is chosen by pointer and by touch', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL!, hasTouch: true, locale: 'en-US', viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  await open(page, lora());
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const chart = page.locator('tinyai-loss-chart');
  await chart.scrollIntoViewIfNeeded();
  const point = chart.getByRole('slider');
  const at = async (share: number): Promise<[number, number]> => {
    const box = (await chart.locator('.u-over').boundingBox())!;
    return [box.x + share * box.width, box.y + box.height / 2];
  };
  // What stands above may still grow between looking and pressing.
  await expect(async () => {
    await page.touchscreen.tap(...(await at(0.5)));
    await expect(point).toHaveAttribute('aria-valuenow', '6', { timeout: 1_000 });
  }).toPass();
  await expect(async () => {
    await page.mouse.click(...(await at(0.25)));
    await expect(point).toHaveAttribute('aria-valuenow', '3', { timeout: 1_000 });
  }).toPass();
  await page.getByRole('button', { name: 'Fork here' }).click();
  await expect(page.locator('tinyai-fork-head .lead'), 'the form opens').toBeInViewport();
  await context.close();
});

test('the form leaves open what the engine lets a fork change, and nothing else', async ({ page }) => {
  const spec = lora({ name: 'fork', patch: {}, fork });
  await open(page, spec);
  const paths = [...FIELDS.keys()];
  const changed = paths.map((path) => setInRun(spec, 1, path, another(FIELDS.get(path)!, resolve(spec, 1))));
  const problems = await page.evaluate(async (specs) => {
    const lab = await window.tinyai.createLab();
    const found: Problem[][] = [];
    for (const each of specs) found.push(await lab.check(each));
    lab.close();
    return found;
  }, changed);
  const refused = paths.filter((path, i) => problems[i]!.some(({ field, message }) => field === path && message.en.includes('A fork goes on with')));
  expect(refused).toEqual(paths.filter((path) => !forkMayChange(path, resolve(spec, 1))));
  await page.locator('tinyai-run-tabs .pick', { hasText: 'fork' }).click();
  await expect(page.locator('tinyai-field[id="model.base"] select')).toBeDisabled();
  await expect(page.locator('tinyai-field[id="training.learning_rate"] input')).toBeEnabled();
});

test('a fork begins after another step of the form, or the form says why it cannot', async ({ page }) => {
  await open(page, lora({ name: 'lora, from step 6', patch: {}, fork }));
  await page.locator('tinyai-run-tabs .pick', { hasText: 'from step 6' }).click();
  const step = page.locator('tinyai-fork-head').getByLabel('Fork after step');
  await step.fill('4');
  await expect(page.getByLabel('Name of the run')).toHaveValue('lora, from step 4');
  await step.fill('13');
  await expect(page.locator('tinyai-fork-head .problems')).not.toBeEmpty();
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toHaveAttribute('aria-disabled', 'true');
  await step.fill('12');
  await expect(page.locator('tinyai-fork-head .problems')).toContainText('nothing is left to train');
  await page.getByLabel('Steps', { exact: true }).fill('16');
  await expect(page.locator('tinyai-fork-head .problems')).toBeEmpty();
  await expect(problemsOf(page, 'training.steps')).toBeEmpty();
});

test('a run is forked from its form, too, as in a lab without the chart', async ({ page }) => {
  await open(page, lora(), 'parallel');
  await page.locator('tinyai-run-tabs .pick', { hasText: 'lora' }).click();
  await page.getByRole('button', { name: 'Fork', exact: true }).click();
  await expect(page.locator('tinyai-fork-head .lead')).toHaveText('It has all that lora had after step 6. Change one thing, and run.');
  await run(page);
  await expect(difference(page)).toContainText('lora, from step 6 is bitwise the same as lora to the end, step 12.');
});

test('a fork follows the name of its run, which is removed with it only after a question', async ({ page }) => {
  await open(page, lora({ name: 'fork', patch: {}, fork }, { name: 'other', patch: {} }));
  const tabs = page.locator('tinyai-run-tabs .pick');
  await tabs.nth(1).click();
  await page.getByLabel('Name of the run').fill('other');
  await page.getByLabel('Name of the run').fill('adapter');
  await expect(tabs.nth(2)).toContainText('from adapter, step 6');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  const question = page.getByRole('alert').filter({ hasText: 'fork begins where adapter was, and cannot be run without it.' });
  await question.getByRole('button', { name: 'Keep them' }).click();
  await expect(tabs).toHaveCount(4);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await question.getByRole('button', { name: 'Remove all of them' }).click();
  await expect(tabs).toHaveCount(2);
  await expect(page.locator('tinyai-run-tabs')).toContainText('other');
});

/** A value that a field does not have now. */
function another({ path, schema, kind, options }: Field, config: object): unknown {
  const now = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
  if (typeof now === 'number') return now + 1 <= (schema.maximum ?? Infinity) ? now + 1 : now - 1;
  if (typeof now === 'boolean') return !now;
  if (kind === 'text') return `${String(now)}x`;
  if (Array.isArray(now)) return now.length > 1 ? now.slice(1) : [];
  return options.find((option) => option !== now);
}

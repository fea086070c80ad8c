/** The tournament of fine-tuning methods: chosen, run to its end with one press, and read off its figures. */
import { violations } from './accessibility';
import { smallText } from './looks';
import { expect, MINUTES, run, state, test } from './page';
import { expectAgreement } from './quantities';
import type { Page } from '../../www/testing';

const ADDRESS = './labs/fine-tuning/#lesson=tournament';

/** Opens it, cut short so that it takes seconds, as somebody would who sets fewer steps. */
async function openTournament(page: Page, address = ADDRESS): Promise<void> {
  await page.goto(address);
  // It is one of the places that the lab lists.
  if (address !== ADDRESS) await page.getByRole('link', { name: /Tournament|方法大比拼/ }).click();
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  await expect(page.locator('tinyai-tournament-panel')).toBeVisible();
  await page.evaluate(() => {
    const { editor } = (document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { setValue(path: string, value: unknown, run: number): void } } }).store;
    const values = { 'training.steps': 6, 'training.warmup_steps': 1, 'training.batch_size': 2, 'training.search.candidates': 3, 'training.search.steps': 2, 'evaluation.every': 3, 'evaluation.tokens': 128, 'data.context': 16 };
    for (const [path, value] of Object.entries(values)) editor.setValue(path, value, -1);
  });
}

const panel = (page: Page) => page.locator('tinyai-tournament-panel');
const method = (page: Page, name: string) => panel(page).getByRole('checkbox', { name, exact: true });
const runNames = (page: Page): Promise<string[]> =>
  page.evaluate(() => (document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { spec: { runs: { name: string }[] } } } }).store.editor.spec.runs.map(({ name }) => name));

test('somebody chooses methods, presses Run once, and sees the search, the curves, the front and the table', async ({ page }) => {
  await openTournament(page);
  const all = await runNames(page);
  expect(all.length).toBeGreaterThanOrEqual(8);
  for (const name of all.filter((name) => !['Full', 'LoRA', 'BitFit', 'Last layers'].includes(name))) await method(page, name).uncheck();
  await expect(panel(page).locator('.summary')).toHaveText('4 methods × 1 seed = 4 runs.');
  expect(await runNames(page)).toEqual(['Full', 'LoRA', 'BitFit', 'Last layers']);
  await run(page);
  // The search comes first, and is drawn while it goes on.
  await expect(page.locator('tinyai-sweep-chart')).toBeVisible();
  await expect(state(page)).toHaveText(/^Finished/);
  await expect(page.locator('tinyai-loss-chart .readout .run-name')).toHaveText(['Full', 'LoRA', 'BitFit', 'Last layers']);

  const sweep = page.locator('tinyai-sweep-chart');
  await expect(sweep.locator('[role=img]')).toHaveAttribute('aria-label', /Full: 3 rates, from .*Dropped after 2 steps: .*Taken: /);
  await sweep.getByText('Values as a table').click();
  await expect(sweep.locator('tbody tr')).toHaveCount(12);
  await expect(sweep.getByRole('cell', { name: 'taken', exact: true })).toHaveCount(4);

  const scatter = page.locator('tinyai-scatter-chart');
  await expect(scatter.locator('.readout')).toContainText('On the Pareto front: ');
  await expect(scatter.locator('g.points text')).toHaveCount(4);
  await page.locator('tinyai-tradeoffs').getByLabel('Across').selectOption({ label: 'Forgetting' });
  await expect(scatter.locator('g.axes')).toContainText('Forgetting (nats/token)');
  await page.locator('tinyai-tradeoffs').getByLabel('Across').selectOption({ label: 'Peak memory' });
  await scatter.locator('.handle').focus();
  await page.keyboard.press('End');
  const handle = scatter.getByRole('slider');
  await expect(handle).toHaveAttribute('aria-valuenow', '4');
  await expect(scatter.locator('.readout data')).toHaveCount(2);

  const rows = page.locator('tinyai-standings tbody tr');
  await expect(rows).toHaveCount(4);
  // What can be said over all columns, what was equal, and from where on a difference counts.
  const verdict = page.locator('tinyai-tournament-verdict');
  await expect(verdict.locator('.says')).toHaveText(/beat|No method is beaten/);
  await expect(verdict.locator('.note')).toContainText(/A difference|One counts|may be luck/);
  await expect(verdict.locator('.equal')).toHaveText('Equal: 6 steps.');
  await expect(page.locator('tinyai-standings')).not.toContainText(/undefined|NaN|[a-z]_[a-z]/);
  await page.getByRole('button', { name: 'Trainable parameters' }).click();
  await expect(rows.last()).toContainText('Full');
  await page.getByRole('button', { name: 'Trainable parameters' }).click();
  await expect(rows.first()).toContainText('Full');
  await expectAgreement(page, ['LoRA/validation_loss']);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});

test('two methods have a point and a row each, one has a row, and what was measured under another rule says so', async ({ page }) => {
  await openTournament(page);
  for (const name of (await runNames(page)).filter((name) => !['LoRA', 'Last layers'].includes(name))) await method(page, name).uncheck();
  await run(page);
  await expect(state(page)).toHaveText(/^Finished/);
  await expect(page.locator('tinyai-scatter-chart g.points text')).toHaveCount(2);
  await expect(page.locator('tinyai-standings tbody tr')).toHaveCount(2);
  await expect(page.locator('tinyai-tournament-verdict .says')).toBeVisible();
  await panel(page).getByRole('radio', { name: 'Time' }).check();
  await expect(page.locator('tinyai-standings .equal')).toHaveText('From an earlier set-up. Equal: 6 steps.');
  await panel(page).getByRole('radio', { name: 'Steps' }).check();
  await method(page, 'LoRA').uncheck();
  await run(page);
  await expect(state(page)).toHaveText(/^Finished/);
  await expect(page.locator('tinyai-standings tbody tr')).toHaveCount(1);
  await expect(page.locator('tinyai-scatter-chart')).toHaveCount(0);
});

test('one press runs the whole tournament within three minutes, the search for rates included, and draws its curves meanwhile', MINUTES, async ({ page }) => {
  const MOST = 180;
  test.setTimeout(2 * MOST * 1000);
  await page.goto(ADDRESS);
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  const names = await runNames(page);
  expect(names.length).toBeGreaterThanOrEqual(8);
  const readouts = page.locator('tinyai-loss-chart .readout > span', { has: page.locator('.run-name') });
  await run(page);
  const began = Date.now();
  /** What has been read off each curve before the end. */
  const read = names.map(() => new Set<string>());
  while (!/^Finished/.test((await state(page).textContent()) ?? '')) {
    expect((Date.now() - began) / 1000, 'seconds').toBeLessThan(MOST);
    for (const [i, text] of (await readouts.allTextContents()).entries()) read[i]?.add(text);
    await page.waitForTimeout(1000);
  }
  const seconds = (Date.now() - began) / 1000;
  console.log(`tournament of ${names.length} methods: ${seconds.toFixed(0)} s`);
  expect(seconds).toBeLessThan(MOST);
  expect(read.filter((texts) => texts.size > 3).length, 'curves that grew').toBeGreaterThanOrEqual(2);

  const standings = page.locator('tinyai-standings');
  await expect(standings.locator('tbody tr')).toHaveCount(names.length);
  await expect(standings.getByRole('columnheader', { name: /^Adapter file/ })).toBeVisible();
  const sweep = page.locator('tinyai-sweep-chart');
  await sweep.getByText('Values as a table').click();
  await expect(sweep.getByRole('cell', { name: 'taken', exact: true })).toHaveCount(names.length);
  await page.locator('tinyai-tradeoffs').getByLabel('Across').selectOption({ label: 'Adapter file' });
  await expect(page.locator('tinyai-scatter-chart g.points text')).toHaveCount(names.length);
});

test('each rule makes something else equal, and runs with what it made', async ({ page }) => {
  await openTournament(page);
  const names = await runNames(page);
  const specs = () => page.evaluate(() => JSON.stringify((document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { spec: unknown } } }).store.editor.spec));
  const plain = await specs();
  for (const rule of ['Trainable parameters', 'Bytes of memory']) {
    await panel(page).getByRole('radio', { name: rule }).check();
    await expect(panel(page).locator('.fitted').first()).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect(await specs()).not.toBe(plain);
  }
  await panel(page).getByRole('radio', { name: 'Time' }).check();
  await panel(page).getByLabel('Seconds').fill('1');
  await page.keyboard.press('Enter');
  for (const name of names.filter((name) => !['LoRA', 'BitFit', 'Last layers'].includes(name))) await method(page, name).uncheck();
  await run(page);
  await expect(state(page)).toHaveText(/^Finished/);
  await expect(page.locator('tinyai-sweep-figure .budget')).toHaveCount(3);
});

test('with several seeds each method is one point and one row, with the spread over its seeds', async ({ page }) => {
  await openTournament(page);
  for (const name of (await runNames(page)).filter((name) => !['LoRA', 'BitFit', 'Last layers'].includes(name))) await method(page, name).uncheck();
  await panel(page).getByRole('radio', { name: '3 seeds' }).check();
  await expect(panel(page).locator('.summary')).toHaveText('3 methods × 3 seeds = 9 runs.');
  await run(page);
  await expect(state(page)).toHaveText(/^Finished/);
  await expect(page.locator('tinyai-standings tbody tr')).toHaveCount(3);
  await expect(page.locator('tinyai-standings .spread').first()).toBeVisible();
  await expect(page.locator('tinyai-scatter-chart g.points text')).toHaveCount(3);
});

test('a link opens the same tournament, and free play goes on with it', async ({ page }) => {
  await openTournament(page);
  await expect(page).not.toHaveURL(ADDRESS);
  const before = page.url();
  await method(page, 'DoRA').uncheck();
  // The address follows a moment later.
  await expect(page).not.toHaveURL(before);
  const names = await runNames(page);
  await page.reload();
  await expect(method(page, 'DoRA')).not.toBeChecked();
  expect(await runNames(page)).toEqual(names);
  await page.getByRole('link', { name: 'Play freely with this set-up' }).click();
  await expect(page.locator('tinyai-lab-view')).toBeVisible();
  expect(await runNames(page)).toEqual(names);
});

test.describe('in Chinese, on a phone', () => {
  test.use({ locale: 'zh-CN', viewport: { width: 390, height: 844 }, hasTouch: true });

  test('it is chosen, run and read', async ({ page }) => {
    await openTournament(page, './labs/fine-tuning/');
    for (const name of (await runNames(page)).filter((name) => !['全参数', 'LoRA', '最后几层'].includes(name))) await method(page, name).uncheck();
    await expect(panel(page).locator('.summary')).toHaveText('3 种方法 × 1 个种子 = 3 次运行。');
    await run(page);
    await expect(state(page)).toHaveText(/^已完成/);
    await expect(page.locator('tinyai-scatter-chart .readout')).toContainText('在帕累托前沿上');
    await expect(page.locator('tinyai-standings tbody tr')).toHaveCount(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    expect(await smallText(page)).toEqual([]);
    // Names follow the language.
    await page.getByRole('button', { name: 'English' }).click();
    await expect(page.locator('tinyai-standings tbody')).toContainText('Last layers');
  });
});

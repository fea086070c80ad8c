/** The form and the runs: what is edited is what the address says and what is run. */
import { defaultSpec, fromHash, toHash } from '../../www/spec/hash';
import { FIELDS } from '../../www/spec/schema';
import { en } from '../../www/i18n/en';
import { zh } from '../../www/i18n/zh';
import { readNumber } from '../../www/components/spec-form/read-number';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open, test } from './page';
import type { Page } from '../../www/testing';

const specOf = async (page: Page): Promise<Spec> => {
  const read = fromHash(new URL(page.url()).hash);
  return (read as { spec: Spec }).spec;
};

test('every field of the schema has a control, and a name and an explanation in both languages', async ({ page }) => {
  expect(Object.keys(en.fields).sort()).toEqual([...FIELDS.keys()].sort());
  expect(Object.keys(zh.fields).sort()).toEqual([...FIELDS.keys()].sort());
  await open(page, './');
  for (const path of FIELDS.keys()) {
    await expect(page.locator(`spec-field[id="${path}"]`), path).toHaveCount(1);
  }
  for (const text of await page.locator('spec-field .help').allTextContents()) expect(text.trim()).not.toBe('');
});

test('runs are added, named, duplicated and removed', async ({ page }) => {
  await open(page, './');
  const columns = page.locator('run-tabs .column:not(.base)');
  await expect(columns).toHaveCount(2);
  await page.getByRole('button', { name: 'Add run' }).click();
  await expect(columns).toHaveCount(3);
  await page.getByLabel('Name of the run').fill('rank 16');
  await page.getByRole('radio', { name: 'LoRA' }).check();
  await page.getByLabel('Rank', { exact: true }).fill('16');
  await expect(columns.nth(2)).toContainText('rank 16');
  await expect(columns.nth(2)).toContainText('Rank 16');
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(columns).toHaveCount(4);
  await expect(columns.nth(3)).toContainText('rank 16 copy');
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(columns).toHaveCount(3);
  const spec = await specOf(page);
  expect(spec.runs[2]).toEqual({ name: 'rank 16', patch: { fine_tuning: { method: 'lora', lora: { rank: 16 } } } });
});

test('a field that differs is marked, and goes back to the shared value', async ({ page }) => {
  await open(page, './');
  await page.locator('run-tabs .pick', { hasText: 'lora' }).click();
  const rate = page.locator('spec-field[id="training.learning_rate"]');
  await expect(rate.locator('.field')).toHaveAttribute('data-differs', '');
  await rate.getByRole('button', { name: /Back to the shared value/ }).click();
  await expect(rate.getByLabel('Learning rate')).toHaveValue('0.0005');
  await expect(rate.locator('.field')).not.toHaveAttribute('data-differs', '');
  expect((await specOf(page)).runs[1]!.patch).toEqual({ fine_tuning: { method: 'lora' } });
});

test('the address opens the same experiment elsewhere', async ({ page, context }) => {
  await open(page, './');
  await page.getByLabel('Steps', { exact: true }).fill('55');
  await page.getByLabel('Prompt').fill('明月几时有');
  await page.locator('run-tabs .pick', { hasText: 'lora' }).click();
  await page.getByRole('button', { name: 'down', exact: true }).click();
  await page.getByLabel('Temperature').fill('0.5');
  const elsewhere = await context.newPage();
  await open(elsewhere, page.url());
  await expect(elsewhere.getByLabel('Steps', { exact: true })).toHaveValue('55');
  await expect(elsewhere.getByLabel('Prompt')).toHaveValue('明月几时有');
  await elsewhere.locator('run-tabs .pick', { hasText: 'lora' }).click();
  await expect(elsewhere.getByLabel('Temperature')).toHaveValue('0.5');
  await expect(elsewhere.getByRole('button', { name: 'down', exact: true })).toHaveAttribute('aria-pressed', 'false');
  expect(await specOf(elsewhere)).toEqual(await specOf(page));
});

test('the way to another page and back leads to the experiment that was left', async ({ page }) => {
  await open(page, './');
  await page.getByLabel('Steps', { exact: true }).fill('55');
  await page.getByRole('link', { name: en.parallel.name, exact: true }).click();
  await page.getByLabel('Micro-batches', { exact: true }).fill('8');
  await page.getByRole('link', { name: en.lab.name, exact: true }).click();
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('55');
  await page.getByRole('link', { name: en.parallel.name, exact: true }).click();
  await expect(page.getByLabel('Micro-batches', { exact: true })).toHaveValue('8');
  // Its menu would open the same in another tab.
  const back = page.getByRole('link', { name: en.lab.name, exact: true });
  await back.click({ button: 'right' });
  expect(await back.getAttribute('href')).toContain('#spec=');
});

test('a link cut anywhere is noticed', () => {
  const spec = structuredClone(defaultSpec);
  spec.runs[0]!.name = '全参数';
  spec.base.training.steps = 55;
  const whole = toHash(spec);
  expect(fromHash(whole)).toEqual({ spec });
  for (let length = '#spec='.length; length < whole.length; length++) {
    expect(fromHash(whole.slice(0, length)), `cut after ${length} characters`).toHaveProperty('unreadable');
  }
});

test('a number can be typed, and stepped with the arrow keys', async ({ page }) => {
  await open(page, './');
  const rate = page.getByLabel('Learning rate');
  await rate.press('ControlOrMeta+a');
  await rate.pressSequentially('0.00');
  await rate.pressSequentially('2');
  await expect(rate).toHaveValue('0.002');
  await rate.press('ArrowUp');
  await expect(rate).toHaveValue('0.0021');
  await rate.fill('a lot');
  await expect(page.locator('spec-field[id="training.learning_rate"]')).toContainText('“a lot” is not a number.');
  await rate.blur();
  await expect(rate).toHaveValue('0.0021');
});

test('a number is read as it is meant', async ({ page }) => {
  for (const [typed, meant] of [
    ['1,000', 1000],
    ['2,315,520.5', 2315520.5],
    ['0,001', 0.001],
    ['0,5', 0.5],
    ['２００', 200],
    [' 1e-3 ', 0.001],
    ['0x10', null],
    ['1e-3x', null],
    ['1,00', 1],
    ['', null],
  ] as const)
    expect(readNumber(typed), typed).toBe(meant);
  await open(page, './');
  const steps = page.getByLabel('Steps', { exact: true });
  await steps.fill('1,000');
  await steps.blur();
  await expect(steps).toHaveValue('1000');
  await steps.fill('20.5');
  await expect(page.locator('spec-field[id="training.steps"]')).toContainText('20.5');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
});

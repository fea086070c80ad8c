/** The form and the runs: what is edited is what the address says and what is run. */
import { defaultSpec, specOf as completed } from '../../www/engine/spec/defaults';
import { FIELDS } from '../../www/engine/spec/schema';
import { PRESETS } from '../../www/labs/fine-tuning/presets';
import { fromHash, toHash } from '../../www/shell/address/link';
import { placed } from '../../www/shell/lesson/place';
import { en } from '../../www/shell/text/en';
import { zh } from '../../www/shell/text/zh';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open, state, test } from './page';
import type { Page } from '../../www/testing';

/** The experiment that a hash holds. */
function read(hash: string): Spec {
  const link = fromHash(placed(hash).experiment);
  if (link === null) return PRESETS.en[0]!.spec;
  if (!('json' in link)) throw new Error(`${hash} cannot be read`);
  const { base = {}, runs } = link.json as { base?: object; runs: Spec['runs'] };
  return completed(base, runs);
}

/** The experiment that the page's address holds. */
const specOf = async (page: Page): Promise<Spec> => read(new URL(page.url()).hash);

test('every field of the schema has a control, and a name and an explanation in both languages', async ({ page }) => {
  // Lists of layers and maps of modules have a name, and no control.
  const controls = (fields: object) => Object.keys(fields).filter((path) => !/^fine_tuning\.lora\.(layers|rank_pattern|alpha_pattern)$/.test(path));
  expect(controls(en.fields).sort()).toEqual([...FIELDS.keys()].sort());
  expect(controls(zh.fields).sort()).toEqual([...FIELDS.keys()].sort());
  // Every field matters to some run of this experiment.
  const spec = completed(
    { model: { base: 'new' }, training: { micro_batches: 2 }, mesh: { data: 2, pipeline: 2, schedule: 'interleaved_1f1b' }, communication: { compression: 'top_k' } },
    [
      ...(['lora', 'adalora', 'ia3', 'adapter', 'prompt_tuning', 'last_layers'] as const).map((method) => ({ name: method, patch: { fine_tuning: { method } } })),
      { name: 'prefix', patch: { fine_tuning: { method: 'prefix_tuning', prompt: { reparametrised: true } } } },
      { name: 'search', patch: { training: { search: { candidates: 3 } } } },
    ],
  );
  await open(page, spec);
  for (const path of FIELDS.keys()) {
    await expect(page.locator(`tinyai-field[id="${path}"]`), path).toHaveCount(1);
  }
  for (const text of await page.locator('tinyai-field .help').allTextContents()) expect(text.trim()).not.toBe('');
});

test('runs are added, named, duplicated and removed', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const columns = page.locator('tinyai-run-tabs .column:not(.base)');
  await expect(columns).toHaveCount(2);
  await page.getByRole('button', { name: 'Add run' }).click();
  await expect(columns).toHaveCount(3);
  await page.getByLabel('Name of the run').fill('rank 16');
  await page.getByLabel('Method').selectOption('LoRA');
  await page.getByLabel('Rank', { exact: true }).fill('16');
  await expect(columns.nth(2)).toContainText('rank 16');
  await expect(columns.nth(2)).toContainText('Rank 16');
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(columns).toHaveCount(4);
  await expect(columns.nth(3)).toContainText('rank 16 copy');
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(columns).toHaveCount(3);
  await expect.poll(async () => (await specOf(page)).runs[2]).toEqual({ name: 'rank 16', patch: { fine_tuning: { method: 'lora', lora: { rank: 16 } } } });
});

test('a field that differs is marked, and goes back to the shared value', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await page.locator('tinyai-run-tabs .pick', { hasText: 'lora' }).click();
  const rate = page.locator('tinyai-field[id="training.learning_rate"]');
  await expect(rate.locator('.field')).toHaveAttribute('data-marked', '');
  await rate.getByRole('button', { name: /Back to the shared value/ }).click();
  await expect(rate.getByLabel('Learning rate')).toHaveValue('0.0005');
  await expect(rate.locator('.field')).not.toHaveAttribute('data-marked', '');
  await expect.poll(async () => (await specOf(page)).runs[1]!.patch).toEqual({ fine_tuning: { method: 'lora' } });
});

test('the address opens the same experiment elsewhere', async ({ page, context }) => {
  await open(page, './labs/fine-tuning/#play');
  await page.getByLabel('Steps', { exact: true }).fill('55');
  await page.getByLabel('Prompt').fill('明月几时有');
  await page.locator('tinyai-run-tabs .pick', { hasText: 'lora' }).click();
  await page.getByRole('button', { name: 'down', exact: true }).click();
  await page.getByLabel('Temperature').fill('0.5');
  await page.keyboard.press('Tab');
  // The address is written once the form rests.
  await expect.poll(async () => (await specOf(page)).runs[1]!.patch).toMatchObject({ evaluation: { temperature: 0.5 } });
  const elsewhere = await context.newPage();
  await open(elsewhere, page.url());
  await expect(elsewhere.getByLabel('Steps', { exact: true })).toHaveValue('55');
  await expect(elsewhere.getByLabel('Prompt')).toHaveValue('明月几时有');
  await elsewhere.locator('tinyai-run-tabs .pick', { hasText: 'lora' }).click();
  await expect(elsewhere.getByLabel('Temperature')).toHaveValue('0.5');
  await expect(elsewhere.getByRole('button', { name: 'down', exact: true })).toHaveAttribute('aria-pressed', 'false');
  expect(await specOf(elsewhere)).toEqual(await specOf(page));
});

test('the way to another page and back leads to the experiment that was left', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await page.getByLabel('Steps', { exact: true }).fill('55');
  await page.goto('./labs/parallel/#lesson=pipeline-bubble');
  await page.getByLabel('Micro-batches', { exact: true }).fill('8');
  await page.getByRole('link', { name: 'Fine-tuning', exact: true }).click();
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('55');
  await page.getByRole('link', { name: 'Parallel', exact: true }).click();
  await expect(page.getByLabel('Micro-batches', { exact: true })).toHaveValue('8');
  // Its menu would open the same in another tab.
  const back = page.getByRole('link', { name: 'Fine-tuning', exact: true });
  await back.click({ button: 'right' });
  expect(await back.getAttribute('href')).toContain('#spec=');
});

test('a link cut anywhere is noticed', () => {
  const spec = structuredClone(defaultSpec);
  spec.runs[0]!.name = '全参数';
  spec.base.training.steps = 55;
  const whole = toHash(spec, defaultSpec);
  expect(read(whole)).toEqual(spec);
  for (let length = '#spec='.length; length < whole.length; length++) {
    expect(fromHash(whole.slice(0, length)), `cut after ${length} characters`).toHaveProperty('unreadable');
  }
});

test('a number can be typed, and stepped with the arrow keys', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const rate = page.getByLabel('Learning rate', { exact: true });
  await rate.press('ControlOrMeta+a');
  await rate.pressSequentially('0.00');
  await rate.pressSequentially('2');
  await expect(rate).toHaveValue('0.002');
  await rate.press('ArrowUp');
  await expect(rate).toHaveValue('0.0021');
  await rate.fill('a lot');
  await expect(page.locator('tinyai-field[id="training.learning_rate"]')).toContainText('“a lot” is not a number.');
  await rate.blur();
  await expect(rate).toHaveValue('a lot');
});

test('a number is read as it is meant', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const steps = page.getByLabel('Steps', { exact: true });
  for (const [typed, meant] of [
    ['20,000', '20000'],
    ['1,000', '1000'],
    ['２００', '200'],
    ['1e3', '1000'],
  ] as const) {
    await steps.press('ControlOrMeta+a');
    await steps.pressSequentially(typed);
    await expect(steps, 'nothing is taken away while it is typed').toHaveValue(typed);
    await steps.press('Tab');
    await expect(steps).toHaveValue(meant);
    await expect.poll(async () => (await specOf(page)).base.training.steps).toBe(Number(meant));
  }
});

test('what is no number stays as it was typed, and nothing runs on another in its place', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const steps = page.getByLabel('Steps', { exact: true });
  const field = page.locator('tinyai-field[id="training.steps"]');
  const run = page.getByRole('button', { name: 'Run', exact: true });
  for (const [typed, why] of [
    ['abc', '“abc” is not a number.'],
    ['20.5', '“20.5” is not a whole number.'],
    ['1.500', '“1.500” can be read as 1.5 or as 1500'],
    ['20,00', '“20,00” is not a whole number.'],
    ['', 'A number is needed here.'],
  ] as const) {
    await steps.press('ControlOrMeta+a');
    await (typed === '' ? steps.press('Delete') : steps.pressSequentially(typed));
    await steps.press('Tab');
    await expect(steps, 'kept').toHaveValue(typed);
    await expect(field.locator('.problems')).toContainText(why);
    await expect(steps).toHaveAttribute('aria-invalid', 'true');
    await expect(run).toBeDisabled();
    await expect(state(page)).toContainText(why);
  }
  await steps.fill('30');
  await expect(field.locator('.problems')).toBeEmpty();
  await expect(run).toBeEnabled();
});

test('what is no number in a run stays while another is looked at, and goes with its run', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const pick = (name: string | RegExp) => page.locator('tinyai-run-tabs').getByRole('button', { name }).click();
  const run = page.getByRole('button', { name: 'Run', exact: true });
  await pick('lora');
  await page.getByLabel('Steps', { exact: true }).fill('ten');
  await pick(/^Shared/);
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('200');
  await expect(run).toBeDisabled();
  await pick('lora');
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('ten');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('tinyai-field[id="training.steps"] .problems')).toContainText('“ten”不是数字');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(run).toBeEnabled();
});

test('an arrow key that is held does not write the address each time', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await page.evaluate(() => {
    const { replaceState } = history;
    Object.assign(window, { writes: 0 });
    history.replaceState = function (...given) {
      (window as unknown as { writes: number }).writes++;
      replaceState.apply(this, given);
    };
  });
  const steps = page.getByLabel('Steps', { exact: true });
  await steps.focus();
  for (let i = 0; i < 40; i++) await page.keyboard.down('ArrowUp');
  await page.keyboard.up('ArrowUp');
  await expect(steps).toHaveValue('600');
  await expect.poll(async () => (await specOf(page)).base.training.steps).toBe(600);
  // Once, and once more for each pause of the machine that is long enough.
  expect(await page.evaluate(() => (window as unknown as { writes: number }).writes)).toBeLessThan(8);
});

test('nothing moves when the focus comes to a field or leaves it: what is pressed is what was aimed at', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const method = page.locator('tinyai-field[id="fine_tuning.method"]');
  const place = async (): Promise<number> => (await method.boundingBox())!.y;
  const before = await place();
  for (const name of ['Model', 'Corpus']) {
    await page.getByLabel(name, { exact: true }).focus();
    expect(await place(), name).toBe(before);
  }
});

test('a folder that is no model and a text that is too large are refused where they were dropped', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  await page.locator('tinyai-field[id="data.corpus"] .sources').evaluate((target) => {
    const transfer = new DataTransfer();
    const huge = new File(['x'], 'huge.txt');
    Object.defineProperty(huge, 'size', { value: 3 * 2 ** 30 });
    Object.defineProperty(transfer, 'items', { value: [{ kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => huge }] });
    Object.defineProperty(transfer, 'types', { value: ['Files'] });
    target.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, composed: true, cancelable: true }));
  });
  await expect(page.locator('tinyai-field[id="data.corpus"] .problems')).toContainText('huge.txt has 3072 MiB');
  await page.locator('tinyai-field[id="data.corpus"] .sources').evaluate((target) => {
    const transfer = new DataTransfer();
    const gone = { isFile: true, isDirectory: false, name: 'gone.txt', file: (_: unknown, refuse: (error: unknown) => void) => refuse(new DOMException('gone', 'NotFoundError')) };
    Object.defineProperty(transfer, 'items', { value: [{ kind: 'file', webkitGetAsEntry: () => gone }] });
    Object.defineProperty(transfer, 'types', { value: ['Files'] });
    target.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, composed: true, cancelable: true }));
  });
  await expect(page.locator('tinyai-field[id="data.corpus"] .problems')).toContainText('gone.txt could not be read');
});

/** The library: what is run in any lab is kept, found again, compared, taken elsewhere, and gone on with. */
import { readFile } from 'node:fs/promises';
import type { Page } from '../../www/testing';
import { specOf } from '../../www/engine/spec/defaults';
import { hashOf } from '../../www/shell/address/link';
import type { LabMount } from '../../www/shell/elements/lab';
import type { Spec } from '../../www/types/generated/Spec';
import { violationsInBothThemes } from './accessibility';
import { expect, test } from './page';
import { RATIO, expectAgreement } from './quantities';

/** A new model that is trained within seconds. */
const scratch = (steps: number): Spec =>
  specOf(
    {
      model: { base: 'new', tokenizer: 'bytes', family: 'llama', n_layers: 1, d_model: 32, n_heads: 2, d_ff: 64 },
      data: { corpus: 'shakespeare-plays', context: 32 },
      training: { steps, batch_size: 4, warmup_steps: 2, learning_rate: 0.004 },
      evaluation: { every: 100, tokens: 256, sample_tokens: 8 },
    },
    [
      { name: 'plain', patch: {} },
      { name: 'reseeded', patch: { training: { seed: 7 } } },
    ],
  );

const tuning: Spec = specOf(
  { training: { steps: 6, batch_size: 2, warmup_steps: 2 }, evaluation: { every: 3, tokens: 256, sample_tokens: 8 } },
  [{ name: 'adapter', patch: { fine_tuning: { method: 'lora' } } }],
);

const lab = (id: string, spec: Spec): string => `./labs/${id}/${hashOf(spec)}`;

/** Opens an address as a page that was not there before, whatever only differs in the hash. */
async function arrive(page: Page, address: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address);
}

const start = (page: Page): Promise<void> => page.getByRole('button', { name: /^Run/ }).click();

/** Waits until the experiment that is shown has a result, and the library has it as it ended. */
async function finish(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { store } = document.querySelector<LabMount>('tinyai-lab-mount')!;
    const row = store?.shelf?.library?.rows.get().find(({ id }) => id === store.keeper!.entry);
    return store?.runner.current?.result != null && row?.status === 'finished';
  }, null, { timeout: 0 });
}

/** What the shown result has of every curve. */
const curves = (page: Page) =>
  page.evaluate(() => {
    const { result } = document.querySelector<LabMount>('tinyai-lab-mount')!.store!.runner.view!;
    return result!.runs.map(({ name, status, series }) => ({ name, status, loss: series['loss'], validation: series['validation_loss'] }));
  });

/** Trains on a text of the visitor's own, which only this browser has. */
async function chooseText(page: Page): Promise<void> {
  const text = Array.from({ length: 2000 }, (_, i) => `Line ${i} says ${(i * 7919) % 1000}.\n`).join('');
  const corpus = page.locator('tinyai-field', { has: page.getByLabel('Corpus', { exact: true }) });
  await corpus.locator('input[type=file]').setInputFiles({ name: 'essay.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await expect(corpus).toContainText('is in this tab');
}

/** Waits until the first run has done so many steps. */
const stepsDone = (page: Page, steps: number) =>
  page.waitForFunction(
    (steps) => (document.querySelector<LabMount>('tinyai-lab-mount')!.store!.runner.current?.runs[0]?.step ?? 0) >= steps,
    steps,
    { timeout: 0 },
  );

const entries = (page: Page) => page.locator('tinyai-entry');
const kept = (page: Page) => page.locator('tinyai-kept');

test('a lab finds its result after a reload, when one comes back to it, and from the library', async ({ page }) => {
  await arrive(page, lab('from-scratch', scratch(20)));
  await start(page);
  await finish(page);
  await expect(kept(page)).toContainText('Saved in your library');
  const before = await curves(page);
  expect(before.map(({ status, loss }) => [status, loss?.length])).toEqual([['finished', 20], ['finished', 20]]);

  await page.reload();
  await expect(kept(page)).toContainText('as it was kept');
  expect(await curves(page)).toEqual(before);
  await expectAgreement(page, ['plain/loss', 'reseeded/step_time']);

  await arrive(page, './labs/from-scratch/#play');
  await expect(kept(page)).toContainText('You are looking at From scratch: plain, reseeded');
  expect(await curves(page)).toEqual(before);

  await arrive(page, './library/');
  await page.getByRole('link', { name: 'Open From scratch: plain, reseeded in its lab' }).click();
  await expect(kept(page)).toContainText('as it was kept');
  expect(await curves(page)).toEqual(before);
});

test('experiments of two labs are named, found, compared, taken elsewhere, deleted and brought back', async ({ page, browser }) => {
  await arrive(page, './library/');
  await expect(page.getByText('Nothing is kept yet.')).toBeVisible();
  for (const [id, spec] of [['from-scratch', scratch(20)], ['fine-tuning', tuning]] as const) {
    await arrive(page, lab(id, spec));
    await start(page);
    await finish(page);
  }
  await arrive(page, './library/');
  await expect(entries(page)).toHaveCount(2);
  await expect(entries(page).first()).toContainText('Fine-tuning · 6 steps · finished');

  await page.getByLabel('Name of From scratch: plain, reseeded').fill('First words');
  await page.keyboard.press('Enter');
  await page.getByLabel('Note on First words').fill('the seed matters');
  await page.getByRole('searchbox').fill('SEED matters');
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByRole('article', { name: 'First words' })).toBeVisible();
  await page.getByRole('searchbox').fill('lora');
  await expect(page.getByRole('article', { name: 'Fine-tuning: adapter' })).toBeVisible();
  await page.getByRole('searchbox').fill('');
  await page.reload();
  await expect(page.getByLabel('Note on First words')).toHaveValue('the seed matters');

  await page.getByRole('checkbox', { name: 'plain' }).check();
  await page.getByRole('checkbox', { name: 'reseeded' }).check();
  await page.getByRole('checkbox', { name: 'adapter' }).check();
  await page.getByRole('link', { name: 'Compare' }).click();
  const compared = async (): Promise<void> => {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Side by side');
    const hints = page.locator('tinyai-library-comparison tinyai-notice');
    await expect(hints).toContainText('The runs read different data: Corpus (Shakespeare, plays / Song ci');
    await expect(hints).toContainText('different numbers of steps: 20, 6');
    await expect(hints).toContainText('different seeds');
    await expect(page.getByRole('row', { name: /Fine-tuning · Method Full Full LoRA/ })).toBeVisible();
    await expect(page.getByRole('row', { name: /^Validation loss \d/ })).toContainText(RATIO);
    await expectAgreement(page, []);
    await expect(page.getByRole('img', { name: /adapter: training \d\.\d{3}, validation \d\.\d{3}/ })).toBeVisible();
  };
  await compared();
  await page.reload();
  await compared();
  expect(await violationsInBothThemes(page), 'side by side').toEqual([]);
  await page.getByRole('radio', { name: 'Compare with adapter' }).check();
  await expect(page.getByRole('row', { name: /^Validation loss \d/ }).locator('td').last()).not.toContainText(RATIO);
  await page.getByRole('radio', { name: 'tokens' }).check();
  await page.getByRole('radio', { name: 'time' }).check();
  await page.getByRole('link', { name: 'All experiments' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your experiments');
  await page.goBack();
  await compared();
  await page.goForward();
  await expect(entries(page)).toHaveCount(2);
  expect(await violationsInBothThemes(page), 'the list').toEqual([]);

  await page.getByRole('button', { name: 'Delete First words' }).click();
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Undo: bring First words back' }), 'undoing is at hand for the keyboard').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(entries(page)).toHaveCount(2);
  await page.getByRole('button', { name: 'Duplicate First words' }).click();
  await expect(page.getByRole('article', { name: 'First words (2)' })).toBeVisible();

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export all' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('tinyai-library.tinyai');
  const buffer = await readFile(await download.path());

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto('./library/');
  await other.locator('input[type=file]').setInputFiles({ name: 'broken.tinyai', mimeType: '', buffer: buffer.subarray(0, buffer.length - 5) });
  await expect(other.getByRole('alert')).toContainText('The file is cut off; nothing was added.');
  await other.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['a poem'], 'poem.txt'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  });
  await expect(other.getByRole('alert')).toContainText('This is no file of exported experiments.');
  await other.locator('input[type=file]').setInputFiles({ name: 'all.tinyai', mimeType: '', buffer });
  await expect(entries(other)).toHaveCount(3);
  await expect(other.getByLabel('Note on First words', { exact: true })).toHaveValue('the seed matters');
  await elsewhere.close();
});

test('an experiment whose page is closed in its midst goes on, and ends as if nothing had happened', async ({ page, context, browser }) => {
  // It is run twice, and in three pages.
  test.slow();
  const address = lab('from-scratch', scratch(1500));
  const random = (): number => 1 + Math.floor(Math.random() * 100);
  await arrive(page, address);
  await chooseText(page);
  await start(page);
  const first = random();
  await stepsDone(page, first);
  // What is paused is saved at once; then it goes on beyond what was saved.
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.waitForFunction(() => document.querySelector<LabMount>('tinyai-lab-mount')!.store!.shelf!.library!.rows.get()[0]!.steps > 0, null, { timeout: 0 });
  const reached = await page.evaluate(() => document.querySelector<LabMount>('tinyai-lab-mount')!.store!.runner.current!.runs[0]!.step);
  await page.getByRole('button', { name: 'Resume' }).click();
  await stepsDone(page, reached + random());
  await page.close();

  const second = await context.newPage();
  await second.goto('./labs/from-scratch/#play');
  await expect(kept(second)).toContainText('An experiment here was interrupted');
  await expect(kept(second)).toContainText(/step [\d,]+ of 3,000/);
  await second.getByRole('button', { name: /^Go on with/ }).click();
  await stepsDone(second, reached + random());
  // Closed again, before anything new was saved.
  await second.close();

  const third = await context.newPage();
  await third.goto('./library/');
  await third.getByRole('link', { name: /^Go on with/ }).click();
  await third.getByRole('button', { name: /^Go on with/ }).click();
  await finish(third);
  const ended = await curves(third);
  await expect(third.getByRole('button', { name: /^Go on with/ })).toHaveCount(0);

  const elsewhere = await browser.newContext();
  const straight = await elsewhere.newPage();
  await straight.goto(address);
  await chooseText(straight);
  await start(straight);
  await finish(straight);
  expect(ended.map(({ status, loss }) => [status, loss?.length])).toEqual([['finished', 1500], ['finished', 1500]]);
  expect(ended).toEqual(await curves(straight));
  await elsewhere.close();
});

test('what is left alone is not offered again in this tab', async ({ page }) => {
  await arrive(page, lab('from-scratch', scratch(100_000)));
  await start(page);
  await stepsDone(page, 1);
  await arrive(page, './labs/from-scratch/#play');
  await page.getByRole('button', { name: /^Leave .* in the library$/ }).click();
  await expect(kept(page)).not.toContainText('was interrupted');
  await arrive(page, './library/');
  await expect(entries(page)).toContainText('interrupted');
  await arrive(page, './labs/from-scratch/#play');
  await expect(kept(page)).toContainText('Open the library');
  await expect(kept(page)).not.toContainText('was interrupted');
});

test('where the browser stores nothing, the page says so, and runs and compares all the same', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await arrive(page, lab('from-scratch', scratch(20)));
  await start(page);
  await finish(page);
  await expect(kept(page)).toContainText('Kept in this tab only.');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export this experiment' }).click();
  const file = await (await downloading).path();
  await arrive(page, './library/');
  await expect(page.getByText('What you see lives in this tab only.')).toBeVisible();
  await page.locator('input[type=file]').setInputFiles({ name: 'kept.tinyai', mimeType: '', buffer: await readFile(file) });
  await page.getByRole('checkbox', { name: 'plain' }).check();
  await page.getByRole('checkbox', { name: 'reseeded' }).check();
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByRole('row', { name: /Training · Seed/ })).toBeVisible();
});

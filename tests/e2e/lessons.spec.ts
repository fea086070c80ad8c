/** Every lesson of every lab, from its first to its last block, by keyboard alone; and what is kept of it. */
import { CATALOGUE } from '../../www/labs/catalogue';
import { violations } from './accessibility';
import { focused, tabTo } from './keyboard';
import { expect, test } from './page';
import { expectAgreement } from './quantities';
import type { Page } from '../../www/testing';

const LESSONS = CATALOGUE.flatMap(({ id: lab, lessons }) => lessons.map(({ id }) => ({ lab, id })));
const OF_FINE_TUNING = CATALOGUE.find(({ id }) => id === 'fine-tuning')!.lessons;
const [FIRST, LAST] = [OF_FINE_TUNING[0], OF_FINE_TUNING.at(-1)];

/** Opens a lesson, cut short so that it takes seconds, as somebody would who sets fewer steps; null: as it is. */
async function openLesson(page: Page, lab: string, id: string, steps: number | null = 4): Promise<void> {
  await page.goto(`./labs/${lab}/#lesson=${id}`);
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  if (steps === null) return;
  await page.evaluate((steps) => {
    const { editor } = (document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { setValue(path: string, value: unknown, run: number): void } } }).store;
    for (const [path, value] of [['training.steps', steps], ['training.warmup_steps', 1], ['evaluation.every', steps / 2], ['evaluation.tokens', 128], ['evaluation.sample_tokens', 4], ['evaluation.sample_every', 0], ['data.context', 16]] as const) {
      editor.setValue(path, value, -1);
    }
  }, steps);
}

/** Somebody with a keyboard: foretells, runs, answers the last question, and goes on. */
async function byKeyboard(page: Page): Promise<void> {
  await page.locator('tinyai-lesson-view main').focus();
  await tabTo(page, /Note it down/);
  const option = page.locator('tinyai-predict-block tinyai-choice-input input').first();
  if (await option.count()) {
    await option.focus();
    await page.keyboard.press('Space');
    await tabTo(page, /Note it down/);
  }
  const scale = page.locator('tinyai-number-input input');
  if (await scale.count()) {
    await scale.press('ArrowRight');
    await tabTo(page, /Note it down/);
  }
  const pencil = page.locator('tinyai-curve-input .handle');
  if (await pencil.count()) {
    await pencil.focus();
    for (let i = 0; i < 4; i++) for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    await tabTo(page, /Note it down/);
  }
  await page.keyboard.press('Enter');
  expect((await focused(page)).tag).toBe('h2');
  await tabTo(page, /^Run$/);
  await page.keyboard.press('Enter');
  expect((await focused(page)).tag).toBe('button');
  await expect(page.locator('tinyai-control-bar .state')).toContainText(/^Finished/, { timeout: 90_000 });
  expect((await focused(page)).tag).toBe('button');
  const check = page.locator('tinyai-check-block input').first();
  await check.focus();
  await page.keyboard.press('Space');
  await expect(page.locator('tinyai-check-block .because')).toBeVisible();
  await tabTo(page, /Next lesson|Play freely/);
}

for (const { lab, id } of LESSONS) {
  test(`${lab}, ${id}: from first to last block by keyboard`, async ({ page }) => {
    await openLesson(page, lab, id);
    await byKeyboard(page);
    await expect(page.locator('tinyai-explain-block .parts h3')).toHaveCount(4);
    expect(await page.locator('tinyai-explain-block').innerText()).not.toMatch(/undefined|NaN|\bnull\b/);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  });
}

test('a variation joins what was run, which is not run again, and what was set before stays beside', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('tinyai-control-bar .state')).toContainText(/^Finished/);
  const rows = page.locator('tinyai-vary-block tbody tr');
  await expect(rows).toHaveCount(2);
  const before = await rows.first().innerText();
  await page.getByRole('button', { name: 'And with rank 64?' }).click();
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(2)).toContainText(/MiB/);
  await expectAgreement(page, ['full/peak_memory', 'full/validation_loss']);
  // Its numbers are those of the first time.
  expect(await rows.first().innerText()).toBe(before);
  await page.locator('tinyai-lesson-view').getByRole('textbox', { name: 'Rank' }).fill('2');
  await page.getByRole('button', { name: /^Run/ }).first().click();
  await expect(rows).toHaveCount(4);
  await expect(rows.filter({ hasText: 'LoRA · Rank 4' })).toContainText(/MiB/);
});

test('a prediction is kept with what it came to, and is read by the teachers’ page', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id, null);
  await page.getByText('guessing').click();
  const keep = page.getByRole('button', { name: 'Note it down' });
  // Playwright waits for what is disabled, a person presses it.
  await keep.click({ force: true });
  await expect(page.locator('tinyai-predict-block')).toContainText('Choose an answer first.');
  await page.locator('tinyai-number-input input').fill('3');
  await keep.click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('tinyai-verdict')).toContainText(/You said: 3%\.\s+It was: \d+%\./, { timeout: 150_000 });
  await page.reload();
  await expect(page.locator('tinyai-predict-block .kept')).toContainText('You expect: 3%. You are guessing (40%).');
  await page.getByRole('link', { name: 'Library', exact: true }).click();
  await expect(page.getByRole('article', { name: 'What LoRA saves' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export predictions only (for your teacher)' }).click();
  const file = await (await download).path();
  await page.goto('./teach/');
  await page.locator('input[type=file]').setInputFiles({ name: 'one.tinyai', mimeType: 'application/octet-stream', buffer: await (await import('node:fs/promises')).readFile(file) });
  await expect(page.locator('tinyai-teach-page')).toContainText('What LoRA saves: 1 prediction');
  await expect(page.locator('tinyai-teach-page tr', { hasText: '0% – 10%' })).toContainText('1');
  expect(await violations(page)).toEqual([]);
});

test('on a small laptop the question, what one expects and Run are on the first screen', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openLesson(page, 'fine-tuning', FIRST!.id, null);
  await expect(page.getByRole('button', { name: 'Note it down' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeInViewport({ ratio: 1 });
});

test('a field says what it may be while one types in it', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id, null);
  const limits = page.locator('tinyai-form.controls .range').first();
  await expect(limits).toBeHidden();
  await page.locator('tinyai-form.controls input[type=text]').first().focus();
  await expect(limits).toBeVisible();
});

test('before a hall, arrow keys go through all sections to the last, and a page says so', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openLesson(page, 'fine-tuning', FIRST!.id, null);
  await page.getByRole('button', { name: 'Present' }).click();
  await expect(page.getByText('go from section to section')).toBeVisible();
  const names = ['What do you expect?', 'Run it', 'What you saw', 'Try variations', 'Check yourself', 'Next'];
  for (const name of names) {
    await page.keyboard.press('ArrowRight');
    const heading = page.getByRole('heading', { name, exact: true });
    await expect(heading).toBeFocused();
    expect((await heading.boundingBox())!.y, name).toBeLessThan(120);
  }
});

test('the address tells the lesson, free play keeps the set-up, and going back finds what was measured', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('tinyai-control-bar .state')).toContainText(/^Finished/);
  await page.getByRole('navigation', { name: 'Lessons' }).getByRole('link', { name: 'Free play' }).click();
  await expect(page).toHaveURL(/#spec=/);
  await expect(page.locator('tinyai-lab-view')).toBeVisible();
  await expect(page.locator('tinyai-comparison-table')).toContainText('LoRA');
  await page.goBack();
  await expect(page.locator('tinyai-bars-figure')).toContainText(/MiB/);
  await page.goto('./labs/fine-tuning/#lesson=nowhere');
  await expect(page.locator('tinyai-lesson-nav')).toContainText('There is no lesson “nowhere” here.');
});

test('a run that one leaves for another lesson is gone on with, in its own', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id, 60);
  const control = page.locator('tinyai-control-bar .state');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(control).toContainText(/[Ss]tep (?:[5-9]|\d\d)/);
  await page.getByRole('navigation', { name: 'Lessons' }).getByRole('link', { name: 'How high a rank' }).click();
  await expect(page.locator('tinyai-lesson-view h1')).toBeFocused();
  await page.getByRole('button', { name: /^Go on with/ }).click();
  await expect(page).toHaveURL(new RegExp(`#lesson=${FIRST!.id}`));
  await expect(control).toContainText(/^Finished/, { timeout: 120_000 });
  await expect(page.locator('tinyai-bars-figure')).toContainText(/MiB/);
  expect(await page.evaluate(() => (document.querySelector('tinyai-lab-mount') as unknown as { store: { runner: { current: { runs: { curve(name: string): { steps: number[] } }[] } } } }).store.runner.current.runs.map((run) => run.curve('loss').steps.length))).toEqual([60, 60]);
});

test('a term is explained on hover, focus and tap, all of its card in sight, until Escape', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`./labs/fine-tuning/#lesson=${FIRST!.id}`);
  const terms = page.locator('tinyai-lesson-view tinyai-term, tinyai-predict-block tinyai-term');
  await expect(terms).not.toHaveCount(0);
  for (const term of await terms.all()) {
    const [word, card] = [term.getByRole('button'), term.getByRole('tooltip')];
    await expect(card).toBeHidden();
    await word.focus();
    await expect(card).toBeVisible();
    await expect(card).toContainText('Section 15');
    const box = (await card.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    expect(box.y + box.height).toBeLessThanOrEqual(844);
    await page.keyboard.press('Escape');
    await expect(card).toBeHidden();
    await expect(word).toBeFocused();
  }
  // What has the focus stays open.
  await page.locator('tinyai-lesson-view main').focus();
  const last = terms.last();
  await last.hover();
  await expect(last.getByRole('tooltip')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.mouse.move(0, 0);
  await expect(last.getByRole('tooltip')).toBeVisible({ visible: false });
});

test('what was measured in one language is called and asked of as that, until the experiment of the other is loaded', async ({ page }) => {
  await openLesson(page, 'fine-tuning', FIRST!.id);
  const ask = page.locator('tinyai-predict-block .ask');
  const note = page.locator('tinyai-language-note');
  await expect(ask).toContainText('about one in 30');
  await expect(note).toHaveText('');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('tinyai-control-bar .state')).toContainText(/^Finished/);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('tinyai-vary-block tbody th')).toHaveText(['全参数', 'LoRA']);
  await expect(ask).toContainText('1/30');
  await expect(note).toContainText('这是英文页面的实验：莎士比亚戏剧 → 莎士比亚十四行诗。');
  await note.getByRole('button', { name: '换成中文的实验' }).click();
  await expect(ask).toContainText('1/43');
  await expect(note).toHaveText('');
  await expect(page.locator('tinyai-vary-block tbody')).toHaveCount(0);
  await page.getByRole('button', { name: 'English' }).click();
  await expect(ask).toContainText('about one in 30');
});

test('the last lesson of a lab leads to its workbenches, and each of them on, up to the next section', async ({ page }) => {
  await page.goto(`./labs/fine-tuning/#lesson=${LAST!.id}`);
  const next = page.locator('.next');
  await next.getByRole('link', { name: 'Tournament' }).click();
  await expect(page.getByRole('heading', { name: 'What to take from it' })).toBeVisible();
  await next.getByRole('link', { name: 'One base, many adapters' }).click();
  await expect(page).toHaveURL(/#lesson=adapters$/);
  await expect(next.getByRole('link', { name: 'Tournament' })).toHaveCount(0);
  await next.getByRole('link', { name: 'Next section: 15.4 Parallel training' }).click();
  await expect(page).toHaveURL(/\/labs\/parallel\//);
});

/** Served without COOP and COEP headers the same experiment runs, without threads, and the page says so. */
import { violations } from './accessibility';
import { expect, open, run, state, test } from './page';
import { labState, openLab, runLab } from './parallel-page';
import { apart, tiny } from './parallel-runs';
import { openParallel, selfCheck } from './ranks';

test('the experiment runs without threads, and the page says so', async ({ page }) => {
  await open(page);
  await expect(page.locator('tinyai-site-header .status')).toContainText('single-relaxed');
  await expect(page.locator('tinyai-site-header .status')).toContainText('without threads');
  await expect(page.locator('tinyai-site-header .status')).toContainText('page not isolated');
  await expect(page.locator('tinyai-problems')).toContainText('The server does not isolate this page');
  await run(page);
  await expect(state(page)).toContainText('Finished');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('tinyai-problems')).toContainText('服务器没有隔离本页');
});

test('the benchmark measures one thread, and says why', async ({ page }) => {
  await page.goto('./bench/?groups=train&rounds=1');
  await expect(page.locator('tinyai-bench-page .notice')).toContainText('The server does not isolate this page');
  await expect(page.getByRole('group', { name: 'Threads' }).getByRole('button')).toHaveText(['1']);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('tinyai-bench-control .state')).toContainText('Finished');
  await expect(page.locator('tinyai-bench-environment')).toContainText('single-relaxed');
  // The clock of such a page is coarse: no figure comes out as 0 or without end.
  await expect(page.locator('tinyai-bench-peak dd')).toHaveText(/^\s*[\d,.]*[1-9][\d,.]* GFLOP\/s\s*$/);
  await expect(page.locator('tinyai-bench-figure tr.ours .value')).toHaveText([/^[\d,.]*[1-9][\d,.]*$/, /^[\d,.]*[1-9][\d,.]*$/]);
});

test('every collective between ranks over ports; shared memory is refused, with the reason', async ({ page }) => {
  await openParallel(page);
  await selfCheck(page, { ranks: 3 });
  const refused = await page.evaluate(() => window.openWorld({ ranks: 2, transport: 'shared' }).then(() => 'open', String));
  expect(refused).toContain('This page is not cross-origin isolated');
});

test('the lab of parallel training trains over ports, with the losses of one rank', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2, data: 2, micro_batches: 2 }, training: { ...tiny().training, steps: 5 } }));
  await expect(page.locator('tinyai-problems')).toContainText('ranks cannot share memory');
  await runLab(page);
  await expect(labState(page)).toContainText('Finished after 5 steps');
  await expect(labState(page)).toContainText('over ports');
  const [losses, alone] = await page.evaluate(() => [window.session.steps.map(({ loss }) => loss), window.session.baseline!.losses]);
  expect(losses).toHaveLength(5);
  expect(apart(losses!, alone!)).toBeLessThan(1e-5);
  expect(await violations(page)).toEqual([]);
});

test('the transport "shared" is refused there, with the reason', async ({ page }) => {
  await openLab(page, tiny({ mesh: { data: 2 }, communication: { transport: 'shared' } }));
  await runLab(page);
  await expect(page.locator('tinyai-problems [role=alert]')).toContainText('This page is not cross-origin isolated');
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled();
});

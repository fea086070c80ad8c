/** Served without COOP and COEP headers the same experiment runs, without threads, and the page says so. */
import { violations } from './accessibility';
import { banner, expect, open, run, state, test } from './page';
import { losses, openLab } from './parallel-page';
import { apart, tiny } from './parallel-runs';
import { selfCheck, siteOfRanks } from './ranks';

const openRanks = siteOfRanks({ isolated: false });

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
  await openRanks(page);
  await selfCheck(page, { ranks: 3 });
  const refused = await page.evaluate(() => window.openWorld({ ranks: 2, transport: 'shared' }).then(() => 'open', String));
  expect(refused).toContain('This page is not cross-origin isolated');
});

test('the lab of parallel training trains over ports, with the losses of one rank', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2, data: 2 }, training: { steps: 5, micro_batches: 2 } }));
  await expect(page.locator('tinyai-problems')).toContainText('The server does not isolate this page');
  await run(page);
  await expect(state(page)).toContainText('Finished');
  await expect(page.locator('tinyai-rank-controls .state')).toContainText('over ports');
  const [alone, mesh] = [await losses(page, 0), await losses(page, 1)];
  expect(mesh).toHaveLength(5);
  expect(apart(mesh, alone)).toBeLessThan(1e-5);
  expect(await violations(page)).toEqual([]);
});

test('the transport "shared" is refused there, with the reason', async ({ page }) => {
  await openLab(page, tiny({ mesh: { data: 2 }, communication: { transport: 'shared' } }, { alone: false }));
  await run(page);
  await expect(banner(page)).toContainText('This page is not cross-origin isolated');
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled();
});

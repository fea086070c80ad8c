/** What was closed is gone: its workers, its listeners, its memory. */
import { countObjectUrls, expectNoLeak, held } from './leaks';
import { expect, open, short, test } from './page';
import type { LabMount } from '../../www/shell/elements/lab';
import { openLab, runToEnd } from './parallel-page';
import { tiny } from './parallel-runs';
import { selfCheck, siteOfRanks } from './ranks';

test('what is left is counted: workers and their workers, object URLs, memory', async ({ page }) => {
  await countObjectUrls(page);
  // A page with no engine of its own, once it is there.
  await page.goto('./library/');
  await expect(page.getByText('Nothing is kept yet.')).toBeVisible();
  await page.waitForFunction(() => 'tinyai' in window);
  // Workers of the test before may end a little later.
  await expect.poll(async () => (await held(page)).workers).toBe(0);
  const before = await held(page);
  const threads = await page.evaluate(async () => {
    const left = window as Window & { left?: unknown };
    const lab = await window.tinyai.createLab({ threads: 2 });
    left.left = [lab, new Array<number>(1e6).fill(0.5)];
    URL.createObjectURL(new Blob(['left']));
    window.addEventListener('click', () => left.left);
    return (await lab.environment()).threads;
  });
  const after = await held(page);
  expect(after.workers - before.workers).toBe(1 + threads);
  expect(after.listeners - before.listeners).toBeGreaterThanOrEqual(1);
  expect(after.objectUrls - before.objectUrls).toBe(1);
  expect(after.heapBytes - before.heapBytes).toBeGreaterThan(2 ** 20);
});

test('an engine that was opened, used and closed twenty times leaves nothing', async ({ page }) => {
  await countObjectUrls(page);
  await open(page, './labs/fine-tuning/#play');
  await expectNoLeak(page, () =>
    page.evaluate(async (spec) => {
      const lab = await window.tinyai.createLab();
      await lab.check(spec);
      lab.close();
    }, short()),
  );
});

test('experiments that were run to their end or cancelled leave nothing', async ({ page }) => {
  await countObjectUrls(page);
  await open(page, './labs/fine-tuning/#play');
  const spec = short();
  await expectNoLeak(
    page,
    () =>
      page.evaluate(async (spec) => {
        await window.tinyai.run(spec);
        const abort = new AbortController();
        await window.tinyai.run(spec, { signal: abort.signal, onEvent: () => abort.abort('enough') }).catch(() => undefined);
      }, spec),
    { times: 5 },
  );
});

const openRanks = siteOfRanks({ isolated: true });

for (const transport of ['shared', 'ports'] as const) {
  test(`a world of ranks that was closed leaves nothing, ${transport}`, async ({ page }) => {
    await countObjectUrls(page);
    await openRanks(page);
    await expectNoLeak(page, () => selfCheck(page, { ranks: 2, transport }), { times: 10 });
  });
}

test('runs of the lab of parallel training leave no workers of their ranks', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2 }, training: { steps: 3, micro_batches: 4 } }));
  // Of a timeline there is as much to draw as there was to do, which differs from run to run.
  await page.evaluate(() => (document.querySelector<LabMount>('tinyai-lab-mount')!.show = ['loss', 'step', 'memory', 'comparison', 'traffic']));
  await expectNoLeak(page, () => runToEnd(page), { times: 10, nodes: 200 });
});

for (const lab of ['fine-tuning', 'from-scratch', 'parallel'] as const) {
  test(`the lab ${lab}, taken away and put back twenty times, leaves nothing`, async ({ page }) => {
    await countObjectUrls(page);
    await open(page, `./labs/${lab}/`);
    const again = () =>
      page.evaluate(async () => {
        const mount = document.querySelector<LabMount>('tinyai-lab-mount')!;
        const { parentElement, nextSibling } = mount;
        mount.remove();
        parentElement!.insertBefore(mount, nextSibling);
        while (!mount.store?.environment) await new Promise((resolve) => setTimeout(resolve, 5));
        await mount.updateComplete;
      });
    await expectNoLeak(page, again);
    await page.evaluate(() => document.querySelector('tinyai-lab-mount')!.remove());
    await expect.poll(async () => (await held(page)).workers, 'the engine goes with its last lab').toBe(0);
  });
}

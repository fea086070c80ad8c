/** What was closed is gone: its workers, its listeners, its memory. */
import { countObjectUrls, expectNoLeak, held } from './leaks';
import { expect, open, short, test } from './page';
import { openParallel, selfCheck } from './ranks';
import { openLab } from './parallel-page';
import { tiny } from './parallel-runs';

test('what is left is counted: workers and their workers, object URLs, memory', async ({ page }) => {
  await countObjectUrls(page);
  await open(page, './');
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
  await open(page, './');
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
  await open(page, './');
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

for (const transport of ['shared', 'ports'] as const) {
  test(`a world of ranks that was closed leaves nothing, ${transport}`, async ({ page }) => {
    await countObjectUrls(page);
    await openParallel(page);
    await expectNoLeak(page, () => selfCheck(page, { ranks: 2, transport }), { times: 10 });
  });
}

test('runs of the lab of parallel training leave no workers but those that are kept for the next', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2, micro_batches: 4 }, training: { ...tiny().training, steps: 3 } }));
  // What it shows of a run, its timeline above all, differs by more than a run may leave.
  await expectNoLeak(page, () => page.evaluate(() => window.session.run()), { times: 10, nodes: 1000 });
  expect((await held(page)).workers).toBeGreaterThan(0);
});

/** Ranks that end or hang in the middle of a run: it says so soon, and goes on. */
import { MEASURED, expect, run, test } from './page';
import { losses, openLab, runToEnd } from './parallel-page';
import { both, tiny, type BasePatch } from './parallel-runs';

const STEPS = 30;
/** From the loss of a rank until the page says so, in milliseconds. */
const SOON = 2000;

for (const transport of ['shared', 'ports'] as const) {
  const spec = tiny({ mesh: { data: 2, pipeline: 2 }, communication: { transport }, training: { steps: STEPS, micro_batches: 2 } }, { alone: false });

  for (const how of ['kill', 'hang'] as const) {
    test(`${how}: the run names the rank within ${SOON} ms, and goes on with the same losses, ${transport}`, MEASURED, async ({ page }) => {
      await openLab(page, spec);
      expect(await runToEnd(page)).toBe('finished');
      const expected = await losses(page, 0);
      expect(expected).toHaveLength(STEPS);
      const { took, done, lost } = await page.evaluate(async (how) => {
        const { runner } = window.labStore;
        const until = async (holds: () => boolean): Promise<void> => {
          while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
        };
        void window.labStore.run();
        await until(() => runner.phase === 'running' && runner.current!.runs[0]!.curve('loss').values.length >= 12);
        const start = performance.now();
        runner[how](2);
        await until(() => runner.phase === 'lost' || !runner.busy);
        const [run] = runner.current!.runs;
        return { took: performance.now() - start, done: run!.curve('loss').values.length, lost: run!.lost };
      }, how);
      console.log(`${how}, ${transport}: ${took.toFixed(0)} ms`);
      expect(done).toBeLessThan(STEPS);
      expect(took).toBeLessThan(SOON);
      // A snapshot is taken every five steps; the last may not be there yet.
      expect(lost!.step - lost!.from).toBeGreaterThanOrEqual(0);
      expect(lost!.step - lost!.from).toBeLessThanOrEqual(5);
      expect(lost!.from).toBeGreaterThanOrEqual(10);
      expect(lost!.problem.message.en).toContain('Rank 2 ');
      expect(lost!.problem.message.zh).toContain('进程 2 ');
      const notice = page.locator('tinyai-lost-notice [role=alert]');
      await expect(notice).toContainText('Rank 2 ');
      await notice.getByRole('button', { name: `Go on from step ${lost!.from} with new ranks` }).click();
      await expect.poll(() => page.evaluate(() => window.labStore.runner.phase)).toBe('finished');
      expect(await losses(page, 0), 'as if nothing had happened').toEqual(expected);
    });
  }
}

const PIPELINE: BasePatch = { mesh: { pipeline: 2 }, training: { steps: STEPS, micro_batches: 4 } };

test('a rank that ends while another spec is written: the run goes on with its own', async ({ page }) => {
  await openLab(page, tiny(PIPELINE, { alone: false }));
  await page.evaluate(async () => {
    const { runner } = window.labStore;
    void window.labStore.run();
    while (!((runner.current?.runs[0]?.step ?? 0) >= 6)) await new Promise((resolve) => setTimeout(resolve, 1));
    runner.kill(1);
  });
  const goOn = page.getByRole('button', { name: /^Go on from step \d+ with new ranks/ });
  await expect(goOn).toBeVisible();
  await page.getByRole('button', { name: 'data 4', exact: true }).click();
  await expect(page.locator('tinyai-mesh-drawing .rank')).toHaveCount(4);
  await goOn.click();
  await expect.poll(() => page.evaluate(() => window.labStore.runner.phase)).toBe('finished');
  expect(await losses(page, 0)).toHaveLength(STEPS);
  expect(await page.evaluate(() => window.labStore.runner.current!.runs[0]!.ranks.length)).toBe(2);
});

test('a rank is lost from the page, in step-through too', async ({ page }) => {
  await openLab(page, tiny(both(PIPELINE, { training: { steps: 5 } }), { alone: false }));
  await page.getByRole('checkbox', { name: 'Action by action' }).check();
  await run(page);
  await expect(page.locator('tinyai-step-through article').nth(0)).toContainText('forward of micro-batch 0');
  await page.getByRole('combobox', { name: 'Lose a rank…' }).selectOption('kill 1');
  await expect(page.locator('tinyai-lost-notice')).toContainText('Rank 1 ');
});

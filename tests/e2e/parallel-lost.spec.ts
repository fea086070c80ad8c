/** Ranks that end or hang in the middle of a run: it says so soon, and goes on. */
import { tiny } from './parallel-runs';
import { MEASURED, expect, test } from './page';
import { losses, openLab } from './parallel-page';

const STEPS = 30;
/** From the loss of a rank until the page says so, in milliseconds. */
const SOON = 2000;

for (const transport of ['shared', 'ports'] as const) {
  const spec = tiny({
    mesh: { data: 2, pipeline: 2, micro_batches: 2 },
    communication: { transport },
    training: { ...tiny().training, steps: STEPS },
  });

  for (const how of ['kill', 'hang'] as const) {
    test(`${how}: the run names the rank within ${SOON} ms, and goes on with the same losses, ${transport}`, MEASURED, async ({ page }) => {
      await openLab(page, spec);
      const expected = await page.evaluate(async () => {
        await window.session.run({ compare: false });
        return window.session.steps.map(({ loss }) => loss);
      });
      expect(expected).toHaveLength(STEPS);
      const { took, done } = await page.evaluate(async (how) => {
        const { session } = window;
        const until = async (holds: () => boolean): Promise<void> => {
          while (!holds()) await new Promise((resolve) => session.addEventListener('change', resolve, { once: true }));
        };
        const ended = session.run({ compare: false });
        await until(() => session.steps.length === 12);
        const start = performance.now();
        session[how](2);
        await until(() => session.phase === 'lost' || session.phase === 'finished');
        const took = performance.now() - start;
        await ended;
        return { took, done: session.steps.length };
      }, how);
      console.log(`${how}, ${transport}: ${took.toFixed(0)} ms`);
      expect(done).toBeLessThan(STEPS);
      expect(took).toBeLessThan(SOON);
      const state = await page.evaluate(() => ({ phase: window.session.phase, lost: window.session.lost, message: window.session.problems[0]?.message }));
      expect(state.phase).toBe('lost');
      expect(state.lost).toMatchObject({ rank: 2, snapshot: 10 });
      expect(state.message!.en).toContain('Rank 2 ');
      expect(state.message!.zh).toContain('rank 2 ');
      const notice = page.locator('lost-notice [role=alert]');
      await expect(notice).toContainText('Rank 2 is gone');
      await notice.getByRole('button', { name: 'Go on from step 10 with new ranks' }).click();
      await expect.poll(() => page.evaluate(() => window.session.phase)).toBe('finished');
      expect(await losses(page), 'as if nothing had happened').toEqual(expected);
    });
  }
}

test('a rank that ends while another spec is written: the run goes on with its own', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2, micro_batches: 4 }, training: { ...tiny().training, steps: STEPS } }));
  await page.evaluate(async () => {
    const { session } = window;
    const ended = session.run({ compare: false });
    while (session.steps.length < 6) await new Promise((resolve) => session.addEventListener('change', resolve, { once: true }));
    session.kill(1);
    await ended;
  });
  await page.getByRole('button', { name: 'data 4', exact: true }).click();
  await expect(page.locator('mesh-drawing .rank')).toHaveCount(4);
  await page.getByRole('button', { name: 'Go on from step 5 with new ranks' }).click();
  await expect.poll(() => page.evaluate(() => window.session.phase)).toBe('finished');
  expect(await page.evaluate(() => [window.session.steps.length, window.session.ranks.length])).toEqual([STEPS, 2]);
});

test('a rank is killed from the page, in step-through too', async ({ page }) => {
  await openLab(page, tiny({ mesh: { pipeline: 2, micro_batches: 4 } }));
  await page.getByLabel('First on one rank').uncheck();
  await page.getByRole('checkbox', { name: 'Action by action' }).check();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('step-through article').nth(0)).toContainText('forward of micro-batch 0');
  await page.getByLabel('Kill a rank').selectOption('rank 1');
  await expect(page.locator('lost-notice')).toContainText('Rank 1 is gone');
});

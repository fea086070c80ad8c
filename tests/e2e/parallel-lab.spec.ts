/** What a person does in the lab of parallel training, with ranks that really train. */
import { LESSONS } from '../../www/parallel/lessons';
import { defaultParallelSpec, patched } from '../../www/parallel/parallel-spec';
import type { ParallelSpec } from '../../www/types/generated/ParallelSpec';
import { violations } from './accessibility';
import { MEASURED, expect, test } from './page';
import { fitsWidth, labState, openLab, runLab, stepsDone, write } from './parallel-page';
import { tiny } from './parallel-runs';
import { selfCheck } from './ranks';

/** Two stages that train in a moment. */
const pipeline = (steps = 6) => tiny({ mesh: { pipeline: 2, micro_batches: 4 }, training: { ...tiny().training, steps } });
const endless = () => pipeline(5000);

for (const { locale, planned, caption, measured, finished, one, total, stage, heading } of [
  { locale: 'en-US', planned: 'bubble 20% planned', caption: 'What each rank will do', measured: /% measured/, finished: 'Finished after 6 steps', one: 'one rank', total: 'point to point', stage: 'layers 1–2', heading: 'One training, many ranks' },
  { locale: 'zh-CN', planned: '气泡 20% 计划', caption: '各 rank 会做什么', measured: /% 实测/, finished: '已完成，共 6 步', one: '一个 rank', total: '点对点', stage: '第 1–2 层', heading: '一次训练，多个 rank' },
]) {
  test.describe(locale, () => {
    test.use({ locale });

    test('the plan is there before the run; after it, everything measured', async ({ page }) => {
      await openLab(page, pipeline());
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      await expect(page.locator('mesh-drawing')).toContainText(stage);
      const timeline = page.locator('rank-timeline');
      await expect(timeline).toContainText(planned);
      await expect(timeline).toContainText(caption);
      await expect(timeline.locator('svg[role=img]')).toBeVisible();
      await runLab(page);
      await expect(labState(page)).toContainText(finished);
      await expect(timeline).toContainText(measured);
      const figures = page.locator('step-figures .row b');
      await expect(figures).toHaveCount(6);
      for (const figure of await figures.allTextContents()) expect(figure).toMatch(/^[\d.,]+ ?(%|ms|毫秒)$/);
      await expect(page.locator('rank-memory .row')).toHaveCount(3);
      for (const row of await page.locator('rank-memory .total').allTextContents()) expect(row).toMatch(/\d MiB/);
      await expect(page.locator('traffic-table tbody')).toContainText(total);
      for (const row of await page.locator('traffic-table tbody tr').all()) {
        const [predicted, counted] = await row.locator('td.number').allTextContents();
        expect(counted!.trim(), 'bytes as predicted').toBe(predicted!.trim());
      }
      await expect(page.locator('loss-over-baseline .readout')).toContainText(new RegExp(`${one}\\s*\\d\\.\\d`));
      await expect(page.locator('loss-over-baseline .readout b')).not.toBeEmpty();
      const apart = await page.evaluate(() => window.session.steps.map(({ loss }, i) => Math.abs(loss / window.session.baseline!.losses[i]! - 1)));
      expect(Math.max(...apart)).toBeLessThan(1e-5);
    });
  });
}

test('the default experiment learns, as one rank does', async ({ page }) => {
  await openLab(page);
  await page.evaluate(() => window.session.write({ ...window.session.spec, training: { ...window.session.spec.training, steps: 3 } }));
  await runLab(page);
  await expect(labState(page)).toContainText('Finished after 3 steps');
  const { mesh, alone } = await page.evaluate(() => ({ mesh: window.session.steps.map(({ loss }) => loss), alone: window.session.baseline!.losses }));
  expect(mesh[2]).toBeLessThan(mesh[0]!);
  mesh.forEach((loss, step) => expect(Math.abs(loss / alone[step]! - 1)).toBeLessThan(1e-5));
});

test('pause, one step, go on, cancel', async ({ page }) => {
  await openLab(page, endless());
  await page.getByLabel('First on one rank').uncheck();
  await runLab(page);
  await stepsDone(page, 3);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(labState(page)).toContainText('Paused');
  const steps = () => page.evaluate(() => window.session.steps.length);
  const paused = await steps();
  // Other ranks do all that they can meanwhile.
  await selfCheck(page, { ranks: 2 });
  expect(await steps(), 'nothing goes on').toBe(paused);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(steps).toBe(paused + 1);
  await expect(labState(page)).toContainText('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await stepsDone(page, paused + 3);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(labState(page)).toContainText('Cancelled');
  await expect(page.getByRole('button', { name: 'Run again' })).toBeEnabled();
});

for (const phase of ['baseline', 'pilot'] as const) {
  test(`a run is cancelled within a second, phase ${phase}`, MEASURED, async ({ page }) => {
    await openLab(page, endless());
    const took = await page.evaluate(async (phase) => {
      const { session } = window;
      const ended = session.run({ compare: phase === 'baseline' });
      while (session.phase !== phase) await new Promise((resolve) => session.addEventListener('change', resolve, { once: true }));
      const start = performance.now();
      session.cancel();
      await ended;
      return performance.now() - start;
    }, phase);
    expect(await page.evaluate(() => window.session.phase)).toBe('cancelled');
    expect(took).toBeLessThan(1000);
  });
}

test('a run is cancelled within a second while the engines of its ranks are on their way', MEASURED, async ({ page }) => {
  await openLab(page, endless());
  let held = 0;
  await page.context().route('**/*.wasm', () => void held++);
  await page.evaluate(() => void window.session.run({ compare: false }));
  await expect.poll(() => held, 'engines that never come').toBeGreaterThan(0);
  expect(await page.evaluate(() => window.session.phase)).toBe('loading');
  const took = await page.evaluate(async () => {
    const { session } = window;
    const start = performance.now();
    session.cancel();
    while (session.phase !== 'cancelled') await new Promise((resolve) => session.addEventListener('change', resolve, { once: true }));
    return performance.now() - start;
  });
  expect(took).toBeLessThan(1000);
});

test('twice in a row, whatever is pressed: one run after the other', async ({ page }) => {
  await openLab(page, pipeline(3));
  const both = await page.evaluate(async () => {
    const { session } = window;
    await Promise.all([session.run({ compare: false }), session.run({ compare: false })]);
    const first = session.steps.map(({ loss }) => loss);
    await session.run({ compare: false });
    return { first, second: session.steps.map(({ loss }) => loss), phase: session.phase };
  });
  expect(both.first).toHaveLength(3);
  expect(both.second).toEqual(both.first);
  expect(both.phase).toBe('finished');
});

test('settings that change during a run are planned at once, and the run keeps its own', async ({ page }) => {
  await openLab(page, endless());
  await page.getByLabel('First on one rank').uncheck();
  await runLab(page);
  await stepsDone(page, 2);
  await page.getByRole('button', { name: 'data 4', exact: true }).click();
  await expect(page.locator('mesh-drawing .rank')).toHaveCount(4);
  await expect(page.locator('rank-timeline svg[role=img] text.rank')).toHaveCount(2);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('rank-timeline svg[role=img] text.rank'), 'the new plan').toHaveCount(4);
  await page.getByRole('button', { name: 'Show the last run' }).click();
  await expect(page.locator('rank-timeline svg[role=img] text.rank')).toHaveCount(2);
});

test('action by action: what comes next, what is held, and the end of the step', async ({ page }) => {
  await openLab(page, pipeline(2));
  await page.getByLabel('First on one rank').uncheck();
  await page.getByRole('checkbox', { name: 'Action by action' }).check();
  await runLab(page);
  const ranks = page.locator('step-through article');
  await expect(ranks).toHaveCount(2);
  await expect(ranks.nth(0)).toContainText('forward of micro-batch 0');
  await expect(ranks.nth(1)).toContainText('receive the input of micro-batch 0 from rank 0');
  await ranks.nth(0).getByRole('button').click();
  await expect(ranks.nth(0)).toContainText('send the output of micro-batch 0 to rank 1');
  await expect(ranks.nth(0).locator('td.activations')).toHaveCount(1);
  await expect(ranks.nth(1), 'the other waits').toContainText('receive the input of micro-batch 0 from rank 0');
  expect(await violations(page)).toEqual([]);
  const all = page.getByRole('button', { name: 'Next action of every rank' });
  await all.click();
  await expect(ranks.nth(1).locator('td.input')).toHaveCount(1);
  // One press after another to the end of the step, as somebody does who holds the key.
  await expect
    .poll(async () => {
      await all.click();
      return page.evaluate(() => window.session.steps.length);
    }, { intervals: [30] })
    .toBe(1);
  await expect(ranks.nth(0)).toContainText('forward of micro-batch 0');
  await page.getByRole('checkbox', { name: 'Action by action' }).uncheck();
  await expect(labState(page)).toContainText('Finished after 2 steps');
  await expect(labState(page)).toContainText('over ports');
});

test('what compression saves is told beside what it does to the loss', async ({ page }) => {
  await openLab(page, patched(pipeline(4), { mesh: { data: 2, micro_batches: 2 }, communication: { compression: 'int8' } }));
  await runLab(page);
  await expect(labState(page)).toContainText('Finished');
  // A byte and a share of a scale instead of four.
  await expect(page.locator('traffic-table .saved')).toHaveText(/Compression saved 7\d% of the gradients’ bytes: .* In return, the loss was off that of one rank by .*% at most/s);
});

test('a lesson sets its experiment up', async ({ page }) => {
  await openLab(page);
  await page.getByRole('button', { name: /6 ZeRO/ }).click();
  await page.getByRole('button', { name: 'Set up: 3 weights' }).click();
  await expect(page.locator('mesh-drawing .rank')).toHaveCount(4);
  await expect(page.locator('mesh-chooser output')).toHaveText('4 ranks');
  expect(await page.evaluate(() => window.session.spec.mesh.zero)).toBe('parameters');
  expect(page.url()).toContain('#spec=');
  await page.reload();
  await expect(page.locator('mesh-drawing .rank')).toHaveCount(4);
});

test('every lesson sets up what can be trained', async ({ page }) => {
  await openLab(page);
  const specs = Object.entries(LESSONS).flatMap(([lesson, setups]) =>
    Object.entries(setups).map(([setup, patch]): [string, ParallelSpec] => [`${lesson} ${setup}`, patched(defaultParallelSpec, patch)]),
  );
  expect(specs.length).toBeGreaterThan(20);
  const refused = await page.evaluate(async (specs) => {
    const planner = window.openPlanner();
    const reason = ([name, spec]: (typeof specs)[number]): Promise<string[]> => planner.plan(spec, 8).then(() => [], (error: unknown) => [`${name}: ${error}`]);
    return (await Promise.all(specs.map(reason))).flat();
  }, specs);
  expect(refused).toEqual([]);
});

test('a ready-made mesh has ranks that are alike, and send all of their gradients', async ({ page }) => {
  await openLab(page, patched(pipeline(), { communication: { compression: 'top_k' }, ranks: { unequal: [{ rank: 1, speed_percent: 50, memory_limit: 1024 }] } }));
  await page.getByRole('button', { name: 'GPipe 2', exact: true }).click();
  const { communication, ranks, training } = await page.evaluate(() => window.session.spec);
  expect([communication.compression, ranks.unequal]).toEqual(['none', []]);
  expect(training.steps, 'what a mesh says nothing of').toBe(6);
});

test('unequal ranks stay open while they are edited, and a limit that is too low is told there', async ({ page }) => {
  await openLab(page, patched(pipeline(), { model: { d_model: 128, d_ff: 512 } }));
  const fold = page.locator('unequal-ranks details');
  await fold.locator('summary').click();
  const limit = fold.locator('tbody tr').first().locator('input').last();
  await limit.fill('1');
  await limit.press('Tab');
  await expect(page.locator('mesh-chooser .problems')).toContainText('Rank 0 would hold at least');
  await limit.fill('1024');
  await limit.press('Tab');
  await expect(page.locator('mesh-chooser .problems')).toBeEmpty();
  await expect(fold).toHaveAttribute('open', '');
});

for (const { name, mesh, message, sizes } of [
  { name: 'heads that cannot be shared out', mesh: { tensor: 3 }, message: /3 ranks cannot share out n_heads = 4/, sizes: { data: 1, pipeline: 1, tensor: 4 } },
  { name: 'more stages than layers', mesh: { pipeline: 5, micro_batches: 4 }, message: /5 stages/, sizes: { data: 1, pipeline: 4, tensor: 1 } },
  { name: 'too many ranks', mesh: { data: 4, pipeline: 4, tensor: 2 }, message: /has 32 ranks, more than \d+\. The nearest mesh that can be: data/, sizes: null },
]) {
  test(`refused, with the nearest mesh to take: ${name}`, async ({ page }) => {
    await openLab(page, tiny({ mesh }));
    const problem = page.locator('problem-banner [role=alert]');
    await expect(problem).toContainText(message);
    await expect(problem.getByRole('button', { name: /^Take data/ })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: '中文' }).click();
    await expect(problem).toContainText(/最接近|可改为/);
    await problem.getByRole('button', { name: /^改用数据/ }).click();
    await expect(problem).toHaveCount(0);
    const { mesh: taken, planned } = await page.evaluate(() => ({ mesh: window.session.spec.mesh, planned: window.session.planned !== null }));
    expect(planned).toBe(true);
    if (sizes) expect(taken).toMatchObject(sizes);
    await expect(page.getByRole('button', { name: '运行', exact: true })).toBeEnabled();
    await page.getByRole('button', { name: 'English' }).click();
  });
}

test('a model that one rank cannot hold is refused, and trains on the mesh that is proposed, each rank within its limit', async ({ page }) => {
  const limit = 20;
  const spec = tiny({
    model: { family: 'gpt', n_layers: 8, d_model: 128, n_heads: 4, d_ff: 512 },
    training: { ...tiny().training, steps: 3 },
    ranks: { memory_limit: limit, unequal: [], snapshot_every: 5 },
  });
  await openLab(page, spec);
  const problem = page.locator('problem-banner [role=alert]');
  await expect(problem).toContainText(/Rank 0 would hold at least [\d.]+ MiB/);
  await expect(problem).toContainText(/The nearest mesh that can be: data \d × pipeline \d × tensor \d/);
  await problem.getByRole('button', { name: /^Take data/ }).click();
  await expect(problem).toHaveCount(0);
  const peaks = async (): Promise<number[]> => {
    await page.evaluate(() => window.session.run());
    expect(await page.evaluate(() => [window.session.phase, window.session.problems])).toEqual(['finished', []]);
    return page.evaluate(() => window.session.ranks.map(({ memory }) => memory.total!.peak_bytes / 2 ** 20));
  };
  for (const peak of await peaks()) expect(peak).toBeLessThan(limit);
  await expect(page.locator('step-figures'), 'why there is nothing to compare with').toContainText(/Rank 0/);
  // Stage 3 of ZeRO over four holds it, too.
  await write(page, patched(spec, { mesh: { data: 4, zero: 'parameters' } }));
  const shared = await peaks();
  expect(shared).toHaveLength(4);
  for (const peak of shared) expect(peak).toBeLessThan(limit);
});

test('nothing that axe finds is wrong, in light and in dark; nothing sticks out', async ({ page }) => {
  await openLab(page, pipeline());
  expect(await violations(page), 'before').toEqual([]);
  await fitsWidth(page, 390);
  await page.setViewportSize({ width: 1440, height: 900 });
  await runLab(page);
  await expect(labState(page)).toContainText('Finished');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page), colorScheme).toEqual([]);
  }
  for (const width of [360, 390, 768, 1024, 1440, 1920]) await fitsWidth(page, width);
  await page.getByRole('button', { name: '中文' }).click();
  await fitsWidth(page, 390);
});

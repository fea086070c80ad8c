/** What a person does in the lab of parallel training, with ranks that really train. */
import { defaultRun } from '../../www/engine/spec/defaults';
import { presetSpec } from '../../www/labs/parallel/preset';
import { violations, violationsInBothThemes } from './accessibility';
import type { LabMount } from '../../www/shell/elements/lab';
import { MEASURED, banner, expect, open, run, state, test } from './page';
import { expectAgreement } from './quantities';
import { fitsWidth, losses, openLab, runToEnd, stepsDone, write } from './parallel-page';
import { apart, both, tiny, type BasePatch } from './parallel-runs';

/** Two stages that train in a moment. */
const PIPELINE: BasePatch = { mesh: { pipeline: 2 }, training: { steps: 6, micro_batches: 4 } };
const pipeline = (patch: BasePatch = {}) => tiny(both(PIPELINE, patch));
/** The same without a run on one rank, for longer than any test. */
const endless = () => tiny(both(PIPELINE, { training: { steps: 50_000 } }), { alone: false });

for (const { locale, own, here, modelled, planned, caption, measured, finished, total, stage, heading } of [
  { locale: 'en-US', own: 'One core each', here: 'As measured here', modelled: 'modelled, one core each', planned: /bubble: 20.0% of the forward and backward phase\s+planned/, caption: 'What each rank will do', measured: /bubble: [\d.]+% of the forward and backward phase\s+[\d.,]+ ms a step\s+median over the steps/, finished: 'Finished', total: 'point to point', stage: 'layers 1–2', heading: 'One training, many ranks' },
  { locale: 'zh-CN', own: '各占一核', here: '本机实测', modelled: '模拟，各占一核', planned: /气泡占前向与反向阶段的 20.0%\s+计划/, caption: '各进程会做什么', measured: /气泡占前向与反向阶段的 [\d.]+%\s+每步 [\d.,]+ 毫秒\s+各步的中位数/, finished: '已完成', total: '点对点', stage: '第 1–2 层', heading: '一次训练，多个进程（rank）' },
]) {
  test.describe(locale, () => {
    test.use({ locale });

    test('the plan is there before the run; after it, everything measured', async ({ page }) => {
      await openLab(page, pipeline());
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      await expect(page.locator('tinyai-mesh-drawing')).toContainText(stage);
      const timeline = page.locator('tinyai-rank-timeline');
      await expect(timeline).toContainText(planned);
      await expect(timeline).toContainText(caption);
      await expect(timeline.locator('svg[role=img]')).toBeVisible();
      await run(page);
      await expect(state(page)).toContainText(finished);
      await expect(timeline).toContainText(measured);
      const figures = page.locator('tinyai-step-figures .row b');
      await expect(figures).toHaveCount(6);
      for (const figure of await figures.allTextContents()) expect(figure).toMatch(/^[\d.,]+ ?(%|ms|毫秒)$/);
      await expectAgreement(page, ['mesh/step_time', 'mesh/bubble_fraction']);
      await timeline.getByRole('radio', { name: own }).check();
      await expect(timeline.locator('.facts')).toContainText(modelled);
      await expect(figures, 'one rank and the mesh; formula and model').toHaveCount(4);
      await expectAgreement(page, ['mesh/own_core_step_time', 'mesh/predicted_bubble_fraction']);
      await timeline.getByRole('radio', { name: here }).check();
      await expect(figures).toHaveCount(6);
      await expect(page.locator('tinyai-rank-memory .row')).toHaveCount(3);
      for (const row of await page.locator('tinyai-rank-memory .total').allTextContents()) expect(row).toMatch(/\d MiB/);
      await expect(page.locator('tinyai-traffic-table tbody')).toContainText(total);
      for (const row of await page.locator('tinyai-traffic-table tbody tr').all()) {
        const [predicted, counted] = await row.locator('td.number').allTextContents();
        expect(counted!.trim(), 'bytes as predicted').toBe(predicted!.trim());
      }
      await expect(page.locator('tinyai-loss-beside .readout')).toContainText(/one rank\s*\d\.\d/);
      await expect(page.locator('tinyai-loss-beside .readout b')).not.toBeEmpty();
      expect(apart(await losses(page, 1), await losses(page, 0))).toBeLessThan(1e-5);
      await expectAgreement(page, []);
    });
  });
}

test('the default experiment learns, as one rank does', async ({ page }) => {
  await openLab(page, presetSpec('en'));
  await page.getByLabel('Steps', { exact: true }).fill('3');
  await run(page);
  await expect(state(page)).toContainText('Finished');
  const [mesh, alone] = [await losses(page, 0), await losses(page, 1)];
  expect(mesh).toHaveLength(3);
  expect(mesh[2]).toBeLessThan(mesh[0]!);
  expect(apart(mesh, alone)).toBeLessThan(1e-5);
});

test('pause, one step, go on, cancel', async ({ page }) => {
  await openLab(page, endless());
  await run(page);
  await stepsDone(page, 0, 3);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(state(page)).toContainText('Paused');
  const steps = () => page.evaluate(() => window.labStore.runner.current!.runs[0]!.step);
  // An engine of its own does all that it can meanwhile.
  const another = () => page.evaluate((spec) => window.tinyai.run(spec).then(() => undefined), tiny(PIPELINE, { alone: false }));
  await another();
  const paused = await steps();
  await another();
  expect(await steps(), 'nothing goes on').toBe(paused);
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await expect.poll(steps).toBe(paused + 1);
  await expect(state(page)).toContainText('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await stepsDone(page, 0, paused + 3);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(state(page)).toContainText('Cancelled');
  await expect(page.getByRole('button', { name: 'Run again' })).toBeEnabled();
});

for (const { at, alone } of [
  { at: 'while one rank trains', alone: true },
  { at: 'while the ranks measure themselves', alone: false },
]) {
  test(`a run is cancelled within a second ${at}`, MEASURED, async ({ page }) => {
    await openLab(page, alone ? tiny(both(PIPELINE, { training: { steps: 50_000 } })) : endless());
    const took = await page.evaluate(async (alone) => {
      const { runner } = window.labStore;
      const ended = window.labStore.run();
      const reached = (): boolean => {
        const first = runner.current?.runs[0];
        return alone ? (first?.step ?? 0) > 0 : first?.phase === 'measuring';
      };
      while (!reached()) await new Promise((resolve) => setTimeout(resolve, 1));
      const start = performance.now();
      runner.cancel();
      await ended;
      return performance.now() - start;
    }, alone);
    await expect(state(page)).toContainText('Cancelled');
    expect(took).toBeLessThan(1000);
  });
}

test('a run is cancelled within a second while the engines of its ranks are on their way', MEASURED, async ({ page }) => {
  await openLab(page, endless());
  let held = 0;
  await page.context().route('**/*.wasm', () => void held++);
  await run(page);
  await expect.poll(() => held, 'engines that never come').toBeGreaterThan(0);
  const took = await page.evaluate(async () => {
    const { runner } = window.labStore;
    const start = performance.now();
    runner.cancel();
    while (runner.phase !== 'cancelled') await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - start;
  });
  expect(took).toBeLessThan(1000);
});

test('twice in a row, whatever is pressed: one run after the other', async ({ page }) => {
  await openLab(page, tiny(both(PIPELINE, { training: { steps: 3 } }), { alone: false }));
  const first = await page.evaluate(async () => {
    await Promise.all([window.labStore.run(), window.labStore.run()]);
    return window.labStore.runner.current!.runs[0]!.curve('loss').values.slice();
  });
  expect(await runToEnd(page)).toBe('finished');
  expect(first).toHaveLength(3);
  expect(await losses(page, 0)).toEqual(first);
});

test('settings that change during a run are planned at once, and the run keeps its own', async ({ page }) => {
  await openLab(page, endless());
  await run(page);
  await stepsDone(page, 0, 2);
  await page.getByRole('button', { name: 'data 4', exact: true }).click();
  await expect(page.locator('tinyai-mesh-drawing .rank')).toHaveCount(4);
  const drawn = page.locator('tinyai-rank-timeline svg[role=img] text.rank');
  await expect(drawn).toHaveCount(2);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(drawn, 'the new plan').toHaveCount(4);
  await page.getByRole('button', { name: 'Show the last run' }).click();
  await expect(drawn).toHaveCount(2);
});

test('action by action: what comes next, what is held, and the end of the step', async ({ page }) => {
  await openLab(page, tiny(both(PIPELINE, { training: { steps: 2 } }), { alone: false }));
  await page.getByRole('checkbox', { name: 'Action by action' }).check();
  await run(page);
  const ranks = page.locator('tinyai-step-through article');
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
    .poll(
      () =>
        all.evaluate((button: HTMLButtonElement) => {
          const { step } = window.labStore.runner.current!.runs[0]!;
          if (step === 0) button.click();
          return step;
        }),
      { intervals: [30] },
    )
    .toBe(1);
  await expect(ranks.nth(0)).toContainText('forward of micro-batch 0');
  await page.getByRole('checkbox', { name: 'Action by action' }).uncheck();
  await expect(state(page)).toContainText('Finished');
  expect(await losses(page, 0)).toHaveLength(2);
});

test('what compression saves is told beside what it does to the loss', async ({ page }) => {
  await openLab(page, pipeline({ mesh: { data: 2, pipeline: 2 }, training: { steps: 4, micro_batches: 2 }, communication: { compression: 'int8' } }));
  await run(page);
  await expect(state(page)).toContainText('Finished');
  // A byte and a share of a scale instead of four.
  await expect(page.locator('tinyai-traffic-table .saved')).toHaveText(/Compression saved 7\d(\.\d+)?% of the gradients’ bytes: .* In return, the loss was off that of one rank by .*% at most/s);
});

test('every lesson sets up what can be trained, in both languages', async ({ page }) => {
  await open(page, './labs/parallel/', 'parallel');
  for (const language of ['English', '中文']) {
    await page.getByRole('button', { name: language }).click();
    const refused = await page.evaluate(async () => {
      const { store } = document.querySelector<LabMount>('tinyai-lab-mount')!;
      const { lab, lessons, editor } = store!;
      const reasons: string[] = [];
      for (const { id, variations } of lessons!.all) {
        await lessons!.go(id);
        editor.replace(lessons!.initial!);
        if (!variations.every((variation) => lessons!.add(variation))) reasons.push(`${id}: a variation is not added`);
        for (const { message } of await lab.check(editor.spec)) reasons.push(`${id}: ${message.en}`);
        for (const run of editor.spec.runs.keys()) await lab.plan(editor.spec, run).catch((error: unknown) => reasons.push(`${id}, run ${run}: ${error}`));
      }
      return lessons!.all.length === 8 ? reasons : [`${lessons!.all.length} lessons`];
    });
    expect(refused).toEqual([]);
  }
});

test('a ready-made mesh has ranks that are alike, and send all of their gradients', async ({ page }) => {
  await openLab(page, pipeline({ communication: { compression: 'top_k' }, ranks: { unequal: [{ rank: 1, speed_percent: 50, memory_limit: 1024 }] } }));
  await page.getByRole('button', { name: 'GPipe 2', exact: true }).click();
  const { communication, ranks, training } = await page.evaluate(() => window.labStore.editor.config(window.labStore.editor.spec.runs.length - 1));
  expect([communication.compression, ranks.unequal]).toEqual(['none', []]);
  expect(training.steps, 'what a mesh says nothing of').toBe(6);
});

test('unequal ranks stay open while they are edited, and a limit that is too low is told there', async ({ page }) => {
  await openLab(page, pipeline({ model: { d_model: 128, d_ff: 512 } }));
  const fold = page.locator('tinyai-unequal-ranks details');
  await fold.locator('summary').click();
  const limit = fold.locator('tbody tr').first().locator('input').last();
  await limit.fill('1');
  await limit.press('Tab');
  await expect(page.locator('tinyai-mesh-chooser .problems')).toContainText('Rank 0 would hold at least');
  await limit.fill('1024');
  await limit.press('Tab');
  await expect(page.locator('tinyai-mesh-chooser .problems')).toBeEmpty();
  await expect(fold).toHaveAttribute('open', '');
});

for (const { name, patch, message, sizes } of [
  { name: 'heads that cannot be shared out', patch: { mesh: { tensor: 3 } }, message: /3 ranks cannot share out .*4/, sizes: { data: 1, pipeline: 1, tensor: 4 } },
  { name: 'more stages than layers', patch: { mesh: { pipeline: 5 }, training: { micro_batches: 4 } }, message: /5 stages/, sizes: { data: 1, pipeline: 4, tensor: 1 } },
  { name: 'too many ranks', patch: { mesh: { data: 4, pipeline: 4, tensor: 2 }, training: { micro_batches: 4 } }, message: /has 32 ranks, more than \d+/, sizes: null },
]) {
  test(`refused, with the nearest mesh to take: ${name}`, async ({ page }) => {
    await openLab(page, tiny(patch));
    const chooser = page.locator('tinyai-mesh-chooser');
    const problem = chooser.locator('.problems');
    await expect(problem).toContainText(message);
    await expect(chooser.getByRole('button', { name: /^Take data/ })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: '中文' }).click();
    await expect(problem).toContainText(/最接近|可改为/);
    await chooser.getByRole('button', { name: /^改用/ }).click();
    await expect(problem).toBeEmpty();
    await expect(page.locator('tinyai-mesh-drawing .rank').first()).toBeVisible();
    if (sizes) expect(await page.evaluate(() => window.labStore.editor.config(1).mesh)).toMatchObject(sizes);
    await expect(page.getByRole('button', { name: '运行', exact: true })).toBeEnabled();
    await page.getByRole('button', { name: 'English' }).click();
  });
}

test('a run on a mesh that cannot be fails with the reason, and the run on one rank lives on', async ({ page }) => {
  await openLab(page, tiny({ mesh: { tensor: 3 }, training: { steps: 3 } }));
  await run(page);
  await expect(state(page)).toContainText('Finished');
  await expect(banner(page)).toContainText(/3 ranks cannot share out/);
  await expect(page.getByRole('columnheader', { name: /one rank finished/ })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: /mesh failed/ })).toBeVisible();
});

test('a model that one rank cannot hold is refused, and trains on the mesh that is proposed, each rank within its limit', async ({ page }) => {
  const limit = 20;
  const patch: BasePatch = {
    model: { ...defaultRun.model, base: 'new', n_layers: 8, d_model: 128, n_heads: 4, d_ff: 512 },
    training: { steps: 3, batch_size: 8 },
    mesh: { data: 2 },
    resources: { memory_limit: limit },
  };
  await openLab(page, tiny(patch, { alone: false }));
  const chooser = page.locator('tinyai-mesh-chooser');
  await expect(chooser).toContainText(/Rank \d would hold at least [\d.]+ MiB/);
  await chooser.getByRole('button', { name: /^Take data/ }).click();
  await expect(chooser.locator('.problems')).toBeEmpty();
  const peaks = async (): Promise<number[]> => {
    expect(await runToEnd(page)).toBe('finished');
    return page.evaluate(() => window.labStore.runner.current!.runs[0]!.ranks.map(({ memory }) => memory.total!.peak_bytes / 2 ** 20));
  };
  for (const peak of await peaks()) expect(peak).toBeLessThan(limit);
  await page.getByRole('radio', { name: 'As measured here' }).check();
  await expect(page.locator('tinyai-step-figures'), 'why there is nothing to compare with').toContainText('no run on one rank to compare with');
  // Stage 3 of ZeRO over four holds it, too.
  await write(page, tiny(both(patch, { mesh: { data: 4, zero: 'parameters' } }), { alone: false }));
  const shared = await peaks();
  expect(shared).toHaveLength(4);
  for (const peak of shared) expect(peak).toBeLessThan(limit);
});

test('nothing that axe finds is wrong, in light and in dark; nothing sticks out', async ({ page }) => {
  await openLab(page, pipeline());
  expect(await violations(page), 'before').toEqual([]);
  await fitsWidth(page, 390);
  await page.setViewportSize({ width: 1440, height: 900 });
  await run(page);
  await expect(state(page)).toContainText('Finished');
  expect(await violationsInBothThemes(page)).toEqual([]);
  for (const width of [360, 390, 768, 1024, 1440, 1920]) await fitsWidth(page, width);
  await page.getByRole('button', { name: '中文' }).click();
  await fitsWidth(page, 390);
});

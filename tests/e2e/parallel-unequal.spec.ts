/** Ranks of unequal speed: a division by what was measured is faster than equal parts. */
import { MEASURED, expect, test } from './page';
import { openLab, runToEnd, write } from './parallel-page';
import { both, tiny, type BasePatch } from './parallel-runs';

test('a rank at a quarter of the speed gets fewer segments, and the step is faster for it', MEASURED, async ({ page }) => {
  // Large enough that computing is what takes time.
  const even: BasePatch = {
    mesh: { pipeline: 2 },
    model: { base: 'new', n_layers: 6, d_model: 128, n_heads: 4, d_ff: 512 },
    data: { corpus: 'shakespeare-sonnets', context: 64 },
    training: { steps: 9, batch_size: 8, micro_batches: 4, schedule: 'constant', warmup_steps: 0 },
    ranks: { snapshot_every: 100, unequal: [{ rank: 1, speed_percent: 25, memory_limit: 1024 }] },
  };
  await openLab(page, tiny(even, { alone: false }));
  const measure = async () => {
    expect(await runToEnd(page)).toBe('finished');
    return page.evaluate(() => {
      const [run] = window.labStore.runner.current!.runs;
      const milliseconds = run!.curve('step_milliseconds').values.slice().sort((a, b) => a - b);
      const segments = run!.parallel.planned!.ranks.map(({ segments }) => segments.reduce((sum, [first, end]) => sum + end - first, 0));
      return { milliseconds: milliseconds[milliseconds.length >> 1]!, segments };
    });
  };
  const equal = await measure();
  await write(page, tiny(both(even, { mesh: { partition: 'balanced' } }), { alone: false }));
  const balanced = await measure();
  console.log(`even ${equal.segments.join(' + ')}: ${equal.milliseconds.toFixed(0)} ms, balanced ${balanced.segments.join(' + ')}: ${balanced.milliseconds.toFixed(0)} ms`);
  expect(balanced.segments[1], 'of the slow rank').toBeLessThan(equal.segments[1]!);
  expect(balanced.segments[0]! + balanced.segments[1]!).toBe(equal.segments[0]! + equal.segments[1]!);
  // About half is to be expected; what else runs here may cost some of it.
  expect(balanced.milliseconds).toBeLessThan(0.85 * equal.milliseconds);
  await expect(page.locator('tinyai-mesh-drawing .rank').nth(1), 'the mesh shows the division of the run').not.toContainText('4–6');
});

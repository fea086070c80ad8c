/** Ranks of unequal speed: a division by what was measured is faster than equal parts. */
import { MEASURED, expect, test } from './page';
import { openLab, write } from './parallel-page';
import { tiny } from './parallel-runs';
import { patched } from '../../www/parallel/parallel-spec';

test('a rank at a quarter of the speed gets fewer segments, and the step is faster for it', MEASURED, async ({ page }) => {
  // Large enough that computing is what takes time.
  const even = tiny({
    mesh: { pipeline: 2, micro_batches: 4 },
    model: { n_layers: 6, d_model: 128, n_heads: 4, d_ff: 512 },
    data: { corpus: 'shakespeare-sonnets', context: 64 },
    training: { ...tiny().training, steps: 9 },
    ranks: { memory_limit: 1024, snapshot_every: 100, unequal: [{ rank: 1, speed_percent: 25, memory_limit: 1024 }] },
  });
  await openLab(page, even);
  const measure = () =>
    page.evaluate(async () => {
      const { session } = window;
      await session.run({ compare: false });
      const seconds = session.steps.map(({ seconds }) => seconds).sort((a, b) => a - b);
      const segments = session.ran!.planned.ranks.map(({ segments }) => segments.reduce((sum, [first, end]) => sum + end - first, 0));
      return { phase: session.phase, seconds: seconds[seconds.length >> 1]!, segments };
    });
  const equal = await measure();
  expect(equal.phase).toBe('finished');
  await write(page, patched(even, { mesh: { partition: 'balanced' } }));
  const balanced = await measure();
  expect(balanced.phase).toBe('finished');
  console.log(`even ${equal.segments.join(' + ')}: ${equal.seconds.toFixed(3)} s, balanced ${balanced.segments.join(' + ')}: ${balanced.seconds.toFixed(3)} s`);
  expect(balanced.segments[1], 'of the slow rank').toBeLessThan(equal.segments[1]!);
  expect(balanced.segments[0]! + balanced.segments[1]!).toBe(equal.segments[0]! + equal.segments[1]!);
  // About half is to be expected; what else runs here may cost some of it.
  expect(balanced.seconds).toBeLessThan(0.85 * equal.seconds);
  await expect(page.locator('mesh-drawing .rank').nth(1), 'the mesh shows the division of the run').not.toContainText('4–6');
});

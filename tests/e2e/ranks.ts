/** The checks of ranks in workers, for pages that are isolated and that are not. */
import { expect, type Page } from '../../www/testing';
import type { WorldOptions } from '../../www/parallel/world';

/** Opens the page that makes worlds. */
export async function openParallel(page: Page): Promise<void> {
  await page.goto('./parallel/');
  await page.waitForFunction(() => 'openWorld' in window);
}

/** Every collective between the ranks of a world; how many checks each rank made. */
export async function selfCheck(page: Page, options: WorldOptions): Promise<void> {
  const checks = await page.evaluate(async (options) => {
    const world = await window.openWorld(options);
    const checks = await world.run({ program: 'self_check' });
    await world.close();
    return checks as number[];
  }, options);
  expect(checks).toHaveLength(options.ranks);
  for (const count of checks) expect(count).toBeGreaterThan(100);
}

/** How the ranks of a world end that is stopped while they run: their errors. */
export async function stopped(page: Page, options: WorldOptions): Promise<string[]> {
  return page.evaluate(async (options) => {
    const world = await window.openWorld(options);
    const running = world.run({ program: 'all_reduce', floats: 1000, algorithm: 'ring', rounds: 1_000_000 });
    setTimeout(() => world.stop(), 100);
    const error = await running.then(() => 'it ended', String);
    world.terminate();
    return [error];
  }, options);
}

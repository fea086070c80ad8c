/** The checks of ranks in workers, on pages that are isolated and that are not. */
import { expect, test, type Page } from '../../www/testing';
import { Site, bundle, fileAt } from '../../www/testing-site';
import type { Wanted } from './engine/ranks';

export type { Wanted };

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const START = '<!doctype html><title>test</title><link rel="icon" href="data:," /><script type="module" src="page.js"></script>';

/** Serves the page that makes worlds to the tests of a file; what opens it. */
export function siteOfRanks({ isolated }: { isolated: boolean }): (page: Page) => Promise<void> {
  let site: Site;
  test.beforeAll(async () => {
    const files = await bundle('../tests/e2e/engine/ranks.ts');
    site = await Site.open(async (path) => {
      const found = path === '/' ? { body: START, type: 'text/html' } : await fileAt(files, path);
      return found && { ...found, headers: isolated ? ISOLATION : {} };
    });
  });
  test.afterAll(() => site.close());
  return async (page) => {
    await page.goto(`http://localhost:${site.port}/`);
    await page.waitForFunction(() => 'openWorld' in window);
  };
}

/** Every collective between the ranks of a world; how many checks each rank made. */
export async function selfCheck(page: Page, wanted: Wanted): Promise<void> {
  const checks = await page.evaluate(async (wanted) => {
    const world = await window.openWorld(wanted);
    const checks = await world.selfCheck();
    await world.close();
    return checks;
  }, wanted);
  expect(checks).toHaveLength(wanted.ranks);
  for (const count of checks) expect(count).toBeGreaterThan(100);
}

/** How a world ends that is stopped while its ranks wait for each other: its error. */
export async function stopped(page: Page, wanted: Wanted): Promise<string> {
  return page.evaluate(async (wanted) => {
    const world = await window.openWorld(wanted);
    const running = world.allReduce(1000, 'ring', 1_000_000);
    setTimeout(() => world.stop(), 100);
    const error = await running.then(() => 'it ended', String);
    world.terminate();
    return error;
  }, wanted);
}

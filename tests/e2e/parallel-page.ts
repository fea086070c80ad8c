/** What tests of the parallel lab's page share. */
import type { Page } from '../../www/testing';
import { defaultParallelSpec } from '../../www/parallel/parallel-spec';
import { toHash } from '../../www/spec/hash';
import type { ParallelSpec } from '../../www/types/generated/ParallelSpec';
import { expect } from './page';

/** Opens the lab with a spec, and waits until it is planned or refused. */
export async function openLab(page: Page, spec: ParallelSpec = defaultParallelSpec): Promise<void> {
  await page.goto(`./parallel/${toHash(spec, defaultParallelSpec)}`);
  await page.waitForFunction(() => window.session?.planned || window.session?.problems.length > 0);
}

/** Presses Run. */
export const runLab = (page: Page): Promise<void> => page.getByRole('button', { name: /^(Run|Run again|运行|重新运行)$/ }).click();

/** What the controls say. */
export const labState = (page: Page) => page.locator('parallel-control .state');

/** Waits until so many steps are done. */
export const stepsDone = (page: Page, steps: number) => page.waitForFunction((steps) => window.session.steps.length >= steps, steps);

export const losses = (page: Page): Promise<number[]> => page.evaluate(() => window.session.steps.map(({ loss }) => loss));

/** Writes a spec, as the form does, and waits for its plan or its problems. */
export async function write(page: Page, spec: ParallelSpec): Promise<void> {
  await page.evaluate(async (spec) => {
    document.querySelector('parallel-lab')!.bench.write(spec);
    await window.session.plan();
  }, spec);
}

/** No content sticks out of the page at this width. */
export async function fitsWidth(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width} px`).toBeLessThanOrEqual(0);
}

/** What tests of the parallel lab's page share. */
import type { Page } from '../../www/testing';
import type { LabMount } from '../../www/shell/elements/lab';
import type { LabStore } from '../../www/shell/store/lab-store';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open } from './page';

declare global {
  interface Window {
    /** What the lab on the page knows; set by {@link openLab}. */
    labStore: LabStore;
  }
}

/** Opens the lab with a spec, or as it is, and waits until it is planned or refused. */
export async function openLab(page: Page, spec?: Spec): Promise<void> {
  await open(page, spec ?? './labs/parallel/#play', 'parallel');
  await page.evaluate(() => (window.labStore = document.querySelector<LabMount>('tinyai-lab-mount')!.store!));
  await expect(page.locator('tinyai-mesh-drawing .rank, tinyai-problems [role=alert], tinyai-mesh-chooser .problems p').first()).toBeVisible();
}

/** Waits until a run has done so many steps. */
export const stepsDone = (page: Page, run: number, steps: number) =>
  page.waitForFunction(([run, steps]) => (window.labStore.runner.current?.runs[run!]?.step ?? 0) >= steps!, [run, steps]);

/** The loss of each step of a run. */
export const losses = (page: Page, run: number): Promise<number[]> => page.evaluate((run) => window.labStore.runner.current!.runs[run]!.curve('loss').values, run);

/** Writes an experiment in the place of the one that is there. */
export const write = (page: Page, spec: Spec): Promise<void> => page.evaluate((spec) => window.labStore.editor.replace(spec), spec);

/** Runs the experiment as it is written, to its end; how it ended. */
export const runToEnd = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    await window.labStore.run();
    return window.labStore.runner.phase;
  });

/** No content sticks out of the page at this width. */
export async function fitsWidth(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `at ${width} px`).toBeLessThanOrEqual(0);
}

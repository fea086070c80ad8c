/** What every test of the page needs: errors of the page fail the test, and a short experiment. */
import { expect, test as base, type Locator, type Page } from '../../www/testing';
import type { Spec } from '../../www/types/generated/Spec';
import { defaultSpec } from '../../www/engine/spec/defaults';
import { hashOf } from '../../www/shell/address/link';

/** The lab's page; a console error, a page error or a failed request fails the test unless it is expected. */
export const test = base.extend<{ expectedErrors: RegExp[] }>({
  expectedErrors: [[], { option: true }],
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    const note = (text: string): void => {
      if (!expectedErrors.some((expected) => expected.test(text))) errors.push(text);
    };
    page.on('console', (message) => {
      if (message.type() === 'error') note(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => note(error.stack ?? error.message));
    await use(page);
    expect(errors, 'errors on the page').toEqual([]);
  },
});

export { expect };

/** Marks a test that asserts a time or a speed: it runs alone, after all others (www/playwright.config.ts). */
export const MEASURED = { tag: '@measured' };
/** Marks what takes minutes of measuring: it is run by hand, `playwright test --project=minutes --no-deps`. */
export const MINUTES = { tag: '@minutes' };

/** The default experiment cut short, so that it takes seconds. */
export function short(change: (spec: Spec) => void = () => undefined): Spec {
  const spec = structuredClone(defaultSpec);
  spec.base.training.steps = 6;
  spec.base.training.warmup_steps = 2;
  spec.base.training.batch_size = 2;
  spec.base.evaluation.every = 3;
  spec.base.evaluation.tokens = 256;
  spec.base.evaluation.sample_tokens = 8;
  change(spec);
  return spec;
}

/** An experiment long enough to be paused and cancelled. */
export const long = (): Spec => short((spec) => (spec.base.training.steps = 2000));

/** The labs that most tests are of. */
export type LabId = 'fine-tuning' | 'from-scratch' | 'parallel';

/** The address of a lab with an experiment. */
export const addressOf = (spec: Spec, lab: LabId = 'fine-tuning'): string => `./labs/${lab}/${hashOf(spec)}`;

/** Opens a lab with an experiment, or an address, and waits until the engine is there and the experiment is the link's. */
export async function open(page: Page, spec: Spec | string = short(), lab?: LabId): Promise<void> {
  await page.goto(typeof spec === 'string' ? spec : addressOf(spec, lab));
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  await expect(state(page)).not.toHaveText(/Opening the link|正在打开链接/);
}

/** Presses Run. */
export const run = (page: Page): Promise<void> => page.getByRole('button', { name: /^(Run|Run again|运行|重新运行)$/ }).click();

/** What the controls say. */
export const state = (page: Page): Locator => page.locator('tinyai-control-bar .state');

/** What is wrong with the experiment, or with its run. */
export const banner = (page: Page): Locator => page.locator('tinyai-problems [role=alert]');

/** What is wrong with a field, below it. */
export const problemsOf = (page: Page, path: string): Locator => page.locator(`tinyai-field[id="${path}"] .problems`);

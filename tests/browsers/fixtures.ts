/** A browser and a server for each worker; and what Chromium measures there. */
import type { Features, Variant } from '../../www/engine/variants';
import { VARIANTS } from '../../www/engine/variants';
import { expect, test as base } from '../../www/testing';
import { press, textOf } from './actions';
import { PATIENCE, type Browser } from './browser';
import { chromium } from './chromium';
import { firefox } from './firefox';
import { RUN, SPEC, STATUS, type Lab } from './labs';
import { Site } from './site';
import { webkit } from './webkit';

/** The browsers, by the names of Playwright's projects. */
export const BROWSERS = {
  firefox: () => firefox(),
  webkitgtk: () => webkit(),
  'webkitgtk-shared-memory': () => webkit({ sharedMemory: true }),
};

interface Fixtures {
  site: Site;
  visitor: Browser;
  reference: Browser;
  /** What the browser offers: what the build needs that it prefers, and memory that workers share. */
  features: ReadonlySet<keyof Features | 'sharedMemory'>;
}

export const test = base.extend<object, Fixtures>({
  site: [
    async ({}, use) => {
      const site = await Site.start();
      await use(site);
      await site.stop();
    },
    { scope: 'worker' },
  ],
  visitor: [
    async ({}, use, { project }) => {
      const visitor = await BROWSERS[project.name as keyof typeof BROWSERS]();
      await use(visitor);
      await visitor.close();
    },
    { scope: 'worker', timeout: PATIENCE },
  ],
  reference: [
    async ({}, use) => {
      const reference = await chromium();
      await use(reference);
      await reference.close();
    },
    { scope: 'worker' },
  ],
  features: [
    async ({ site, visitor }, use) => {
      site.reset(null);
      await visitor.open(site.address(''));
      const named = (): Promise<Variant | undefined> => visitor.evaluate(textOf, STATUS).then((status) => VARIANTS.find(({ name }) => status.startsWith(name)));
      await expect.poll(named, { timeout: PATIENCE, message: 'the build that is loaded' }).toBeDefined();
      // Relaxed SIMD comes on top of the SIMD that every build has.
      const features = new Set<keyof Features | 'sharedMemory'>([...(await named())!.needs, 'simd']);
      if (await visitor.evaluate(() => typeof SharedArrayBuffer !== 'undefined')) features.add('sharedMemory');
      await use(features);
    },
    { scope: 'worker', timeout: PATIENCE },
  ],
});

export { expect };

/** Presses Run on a page of the site, and waits for the end; the losses that the page has then. */
export async function run(browser: Browser, site: Site, lab: Lab): Promise<number[]> {
  // A page that differs in no more than its hash would not be loaded anew.
  await browser.open('about:blank');
  await browser.open(site.address(lab.address));
  await expect.poll(() => browser.evaluate(press, RUN.source), { timeout: PATIENCE, message: 'Run can be pressed' }).toBe(true);
  await expect.poll(() => browser.evaluate(textOf, lab.state), { timeout: PATIENCE, message: 'the run has ended' }).toMatch(lab.finished);
  return lab.losses ? browser.evaluate(lab.losses, SPEC) : [];
}

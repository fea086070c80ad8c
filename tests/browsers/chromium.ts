/** Chromium: what it measures is what the other browsers have to measure. */
import { LAUNCH } from '../../www/playwright.config';
import { chromium as launcher } from '../../www/testing';
import { PATIENCE, expression, type Browser } from './browser';

export async function chromium(): Promise<Browser> {
  const browser = await launcher.launch(LAUNCH);
  const page = await browser.newPage({ locale: 'en-US' });
  page.setDefaultTimeout(PATIENCE);
  return {
    async open(address) {
      await page.goto(address);
    },
    async evaluate(work, ...args) {
      return JSON.parse(await page.evaluate(expression(work, args)));
    },
    screenshot: () => page.screenshot(),
    close: () => browser.close(),
  };
}

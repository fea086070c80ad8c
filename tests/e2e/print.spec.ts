/** A finished comparison on paper, and a chart that comes and goes. */
import type { Page } from '../../www/testing';
import { expect, open, run, short, state, test } from './page';

/** The colour in the corner of a chart's canvas, and how dark it gets: of what is drawn, not of what lies below. */
const drawn = (page: Page) =>
  page.locator('tinyai-loss-chart canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let brightness = 0;
    let opaque = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3]! < 250) continue;
      brightness += (data[i]! + data[i + 1]! + data[i + 2]!) / 3;
      opaque++;
    }
    return { ink: opaque, brightness: brightness / opaque };
  });

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a finished comparison prints dark on white, whole and without controls, in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, short());
    await run(page);
    await expect(state(page)).toContainText('Finished', { timeout: 60_000 });
    await expect.poll(async () => (await drawn(page)).ink).toBeGreaterThan(100);
    const screen = await drawn(page);
    await page.setViewportSize({ width: 700, height: 990 });
    await page.emulateMedia({ media: 'print', colorScheme });
    await expect(page.locator('tinyai-control-bar tinyai-run-bar .main')).toBeHidden();
    await expect(page.locator('tinyai-spec-form')).toBeHidden();
    await expect(page.getByRole('button', { name: 'Copy link' })).toBeHidden();
    for (const kind of ['button', 'input', 'select']) await expect(page.locator(kind).filter({ visible: true }), kind).toHaveCount(0);
    await expect(page.locator('tinyai-site-header .day'), 'a handout is dated').toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('.address').filter({ visible: true }), 'and says where its experiment is').toContainText('#spec=');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    // Lines and words are dark on paper, also where they are bright on the screen.
    await expect.poll(async () => (await drawn(page)).brightness).toBeLessThan(190);
    await expect.poll(async () => page.locator('tinyai-loss-chart canvas').boundingBox().then((box) => box!.x + box!.width)).toBeLessThanOrEqual(700);
    const box = (await page.locator('tinyai-loss-chart canvas').boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    const frame = (await page.locator('tinyai-loss-chart').boundingBox())!;
    expect(box.y + box.height, 'not cut below').toBeLessThanOrEqual(frame.y + frame.height + 1);
    expect(await page.locator('tinyai-run-figures .bar > div').first().evaluate((bar) => getComputedStyle(bar).printColorAdjust)).toBe('exact');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(700);
    await page.emulateMedia({ media: 'screen', colorScheme });
    await expect.poll(async () => Math.abs((await drawn(page)).brightness - screen.brightness), 'back on the screen').toBeLessThan(40);
  });
}

test('a lesson that was not run prints as a handout to write on', async ({ page }) => {
  await page.goto('./labs/fine-tuning/');
  await expect(page.locator('tinyai-predict-block')).toBeVisible();
  await page.locator('tinyai-number-input input').focus();
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('tinyai-number-input output')).toHaveCSS('color', 'rgba(0, 0, 0, 0)');
  await expect(page.locator('tinyai-vary-block section'), 'nothing stands under it').toBeHidden();
  await expect(page.locator('.address').filter({ visible: true })).toContainText(/#lesson=lora-saves$/);
});

test('a chart that is taken away leaves nothing, and put back it is drawn again', async ({ page }) => {
  await open(page, short());
  const chart = page.locator('tinyai-loss-chart');
  await expect(chart.locator('canvas')).toHaveCount(1);
  const left = await chart.evaluate((element: HTMLElement) => {
    const { parentElement, nextSibling } = element;
    element.remove();
    const left = element.shadowRoot!.querySelectorAll('canvas').length;
    parentElement!.insertBefore(element, nextSibling);
    return left;
  });
  expect(left).toBe(0);
  await expect(chart.locator('canvas')).toHaveCount(1);
  await expect.poll(async () => (await drawn(page)).ink).toBeGreaterThan(100);
});

test('a chart takes on the colours of another theme', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, short());
  await expect(page.locator('tinyai-loss-chart canvas')).toHaveCount(1);
  await expect.poll(async () => (await drawn(page)).ink).toBeGreaterThan(100);
  const light = (await drawn(page)).brightness;
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(async () => Math.abs((await drawn(page)).brightness - light)).toBeGreaterThan(20);
});

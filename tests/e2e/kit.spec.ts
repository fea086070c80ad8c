/** Components of the kit in a browser, on a page that knows nothing of them. */
import { readFile } from 'node:fs/promises';
import type { ChartCurve, Dialog, DrawnEvent, Field, Figure, LineChart, RunBar } from '../../www/kit/index';
import { AxeBuilder, type Page } from '../../www/testing';
import { openKit } from './kit-page';
import { MEASURED, expect, test } from './page';

const HOSTILE = `
  html { font-size: 5px; color-scheme: light; }
  * { color: red; font-family: fantasy; letter-spacing: 9px; box-sizing: content-box; }
  :root { --paper: lime; --ink: lime; --unit: 2px; }
`;

const number = { path: 'steps', kind: 'number', schema: { type: 'integer' }, label: 'Steps', help: 'Of the optimizer.', value: 20 };
const show = (page: Parameters<typeof openKit>[0]): Promise<void> =>
  page.locator('tinyai-field').first().evaluate((field: Field, number) => void (field.field = number), number as Field['field']);

test('a component has its own look on any page, and takes on what the page wishes', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openKit(page, '<tinyai-field></tinyai-field>', HOSTILE);
  await show(page);
  const label = page.locator('tinyai-field label');
  const colour = (): Promise<string> => label.evaluate((element) => getComputedStyle(element).color);
  expect(await colour()).toBe('rgb(34, 31, 26)');
  expect(parseFloat(await label.evaluate((element) => getComputedStyle(element).fontSize))).toBeGreaterThanOrEqual(15);
  expect(await label.evaluate((element) => getComputedStyle(element).fontFamily)).toContain('Source Sans');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await colour()).toBe('rgb(235, 230, 218)');
  const theme = (name: string | null): Promise<void> =>
    page.locator('tinyai-field').evaluate((field, name) => (name === null ? field.removeAttribute('theme') : field.setAttribute('theme', name)), name);
  await theme('light');
  expect(await colour()).toBe('rgb(34, 31, 26)');
  await page.addStyleTag({ content: 'body { --tinyai-ink: rgb(1, 2, 3); }' });
  expect(await colour()).toBe('rgb(1, 2, 3)');
});

test('the theme of a component is that of all that is in it', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await openKit(page, '<tinyai-figure theme="dark" heading="Loss"><tinyai-field></tinyai-field></tinyai-figure>');
  await show(page);
  expect(await page.locator('tinyai-field label').evaluate((element) => getComputedStyle(element).color)).toBe('rgb(235, 230, 218)');
  expect(await page.locator('tinyai-field input').evaluate((element) => getComputedStyle(element).colorScheme)).toBe('dark');
});

test('a dialog has a name, keeps the focus, leaves the page inert, and gives the focus back', async ({ page }) => {
  await openKit(page, '<div id="place"></div>');
  await page.evaluate(() => {
    // In a shadow root within another, as in an embedded lab.
    const outer = document.querySelector('#place')!.attachShadow({ mode: 'open' });
    outer.innerHTML = '<div id="inner"></div>';
    const inner = outer.querySelector('#inner')!.attachShadow({ mode: 'open' });
    inner.innerHTML = `
      <button id="opener">Open</button>
      <tinyai-dialog heading="All settings"><input aria-label="First" /><button>Second</button></tinyai-dialog>`;
    inner.querySelector('#opener')!.addEventListener('click', () => (inner.querySelector('tinyai-dialog') as Dialog).show());
  });
  const opener = page.getByRole('button', { name: 'Open' });
  await opener.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'All settings' });
  await expect(dialog).toBeVisible();
  await expect(page.getByRole('button', { name: 'Close' }), 'what comes first').toBeFocused();
  expect((await new AxeBuilder({ page }).include('#place').analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('First')).toBeFocused();
  await expect(opener.click({ timeout: 500 }), 'the page behind is inert').rejects.toThrow();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await opener.press('Enter');
  await page.mouse.click(2, 2);
  await expect(dialog, 'a press beside it').toBeHidden();
  await opener.press('Enter');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test('a dialog that is longer than a phone scrolls in itself', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await openKit(page, '<tinyai-dialog heading="Long"><div style="height: 3000px">long</div><button>Last</button></tinyai-dialog>');
  await page.locator('tinyai-dialog').evaluate((dialog: Dialog) => dialog.show());
  await page.getByRole('button', { name: 'Last' }).scrollIntoViewIfNeeded();
  await expect(page.getByRole('button', { name: 'Last' })).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Close' })).toBeInViewport();
});

test('run by keyboard: the focus stays, and the next Enter pauses', async ({ page }) => {
  await openKit(page, '<tinyai-run-bar></tinyai-run-bar>');
  await page.locator('tinyai-run-bar').evaluate((bar: RunBar) => {
    bar.addEventListener('run', () => {
      bar.state = 'starting';
      setTimeout(() => (bar.state = 'running'), 50);
    });
    bar.addEventListener('pause', () => (bar.state = 'paused'));
    bar.addEventListener('cancel', () => (bar.state = 'idle'));
  });
  const main = page.locator('tinyai-run-bar .main');
  await main.focus();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Pause');
  await expect(main).toBeFocused();
  await expect(main).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Resume');
  await expect(main).toBeFocused();
  const cancel = page.getByRole('button', { name: 'Cancel' });
  await cancel.press('Enter');
  await expect(main).toHaveText('Run');
  await expect(cancel).toBeDisabled();
  await expect(cancel, 'although there is nothing to cancel').toBeFocused();
});

test('without a clipboard the text to copy is there, selected', async ({ page }) => {
  await openKit(page, '<tinyai-copy-field label="Copy link"></tinyai-copy-field>');
  expect(await page.evaluate(() => navigator.clipboard === undefined), 'as over http').toBe(true);
  await page.locator('tinyai-copy-field').evaluate((field: HTMLElement & { value: () => string }) => (field.value = () => 'https://example.org/#spec=abc'));
  await page.getByRole('button', { name: 'Copy link' }).click();
  const text = page.getByRole('textbox', { name: 'Copy link' });
  await expect(text).toBeFocused();
  expect(await text.evaluate((input: HTMLInputElement) => input.value.slice(input.selectionStart!, input.selectionEnd!))).toBe('https://example.org/#spec=abc');
  await expect(page.locator('tinyai-copy-field')).toContainText(/Press .+C to copy/);
});

test('a table that is wider than a phone scrolls in itself, by keyboard too, and its first column stays', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await openKit(page, '<tinyai-table label="Traffic"></tinyai-table>', 'body { margin: 0 } th { position: sticky; left: 0 } td { min-width: 120px }');
  await page.locator('tinyai-table').evaluate((frame) => {
    frame.innerHTML = `<table><tbody><tr><th scope="row">all-reduce</th>${'<td>1</td>'.repeat(8)}<td>last</td></tr></tbody></table>`;
  });
  const place = page.getByRole('group', { name: 'Traffic' });
  await expect(place).toHaveAttribute('tabindex', '0');
  await expect(page.locator('tinyai-table')).toHaveAttribute('data-more', '');
  const turn = page.locator('tinyai-table button');
  for (let i = 0; i < 12 && (await turn.innerText()) === 'More columns →'; i++) await turn.click();
  await expect(page.getByRole('cell', { name: 'last' })).toBeInViewport();
  await turn.click();
  await expect(turn).toHaveText('More columns →');
  expect(await place.evaluate(({ scrollLeft }) => scrollLeft)).toBe(0);
  await place.focus();
  await page.keyboard.press('End');
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('cell', { name: 'last' })).toBeInViewport();
  await expect(page.getByRole('rowheader', { name: 'all-reduce' })).toBeInViewport();
  await expect(page.locator('tinyai-table')).not.toHaveAttribute('data-more', '');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

/** Curves of noise that falls, in a figure. */
async function openChart(page: Page, runs: number, steps: number): Promise<void> {
  await openKit(page, '<tinyai-figure name="loss" heading="Loss"><tinyai-line-chart whole></tinyai-line-chart></tinyai-figure>');
  await page.locator('tinyai-line-chart').evaluate(
    (chart: LineChart, { runs, steps }) => {
      const x = Array.from({ length: steps }, (_, i) => i + 1);
      const curves = Array.from({ length: runs }, (_, run): ChartCurve => {
        const y = x.map((step) => 2 + run / 10 + 3 / Math.sqrt(step));
        const noise = y.map((value, i) => value + Math.sin(i * i + run) / 5);
        const seldom = x.filter((step) => step % 100 === 0);
        return {
          name: `run ${run}`,
          colour: `var(--run-${run % 8})`,
          series: [
            { name: 'training', style: 'raw', x, y: noise },
            { name: 'training', style: 'line', x, y },
            { name: 'validation', style: 'points', x: seldom, y: seldom.map((step) => y[step - 1]! + 0.1) },
          ],
        };
      });
      Object.assign(chart, { label: 'Loss', nameX: 'optimizer step', nameY: 'nats per token', curves, formatY: (y: number) => y.toFixed(3), sayX: (x: number) => `step ${x}` });
      const figure = chart.parentElement as Figure;
      figure.files = { svg: () => chart.svg(), csv: () => chart.csv() };
    },
    { runs, steps },
  );
  await expect(page.locator('tinyai-line-chart canvas')).toHaveCount(1);
}

test('a chart is read by pointer, by keys and as a table, is saved and opened alone', async ({ page }) => {
  await openChart(page, 2, 400);
  const chart = page.locator('tinyai-line-chart');
  await expect(chart.getByRole('img')).toHaveAttribute('aria-label', /run 0: training 2\.150, validation 2\.250 at its end, step 400\..*Lowest of all: run 0, validation 2\.250 at step 400\./);
  const inPage = (await chart.locator('canvas').boundingBox())!;
  const over = (await chart.locator('.u-over').boundingBox())!;
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2);
  await expect(chart.locator('.readout')).toContainText(/step 200[^]*run 0\s+training 2\.212 · validation 2\.312[^]*run 1\s+training 2\.312/);
  const point = chart.getByRole('slider', { name: 'Point on the curve of run 0' });
  await point.focus();
  await point.press('Home');
  await point.press('PageUp');
  await point.press('ArrowLeft');
  await expect(point).toHaveAttribute('aria-valuetext', 'step 10 · training 2.949');
  await point.press('ArrowDown');
  await expect(chart.getByRole('slider', { name: 'Point on the curve of run 1' })).toBeFocused();
  await expect(chart.locator('[aria-live]')).toHaveText('run 1: step 10 · training 3.049');
  await chart.getByText('Values as a table').click();
  await expect(chart.getByRole('row')).toHaveCount(31);
  await expect(chart.getByRole('row').last()).toHaveText(/400\s*2\.150\s*2\.250\s*2\.250\s*2\.350/);
  const menu = page.getByRole('button', { name: 'More of “Loss”' });
  await menu.press('Enter');
  await expect(page.getByRole('menuitem'), 'nobody here knows how to embed it').toHaveText(['Enlarge', 'Save as SVG', 'Save values as CSV']);
  const save = async (keys: string[]): Promise<string> => {
    const downloading = page.waitForEvent('download');
    for (const key of keys) await page.keyboard.press(key);
    const download = await downloading;
    await expect(menu).toBeFocused();
    return `${download.suggestedFilename()}: ${await readFile(await download.path(), 'utf8')}`;
  };
  const svg = await save(['ArrowDown', 'Enter']);
  expect(svg).toMatch(/^Loss\.svg: <svg [^>]*>\n<title>Loss<\/title>/);
  for (const written of ['>optimizer step<', '>nats per token<', '>run 1<', '>run 1 2.350<', '>400<']) expect(svg).toContain(written);
  expect(svg.match(/<polyline/g)!.length, 'three lines a run, and axes').toBeGreaterThan(6);
  await menu.press('ArrowDown');
  const csv = await save(['End', 'Enter']);
  expect(csv).toMatch(/^Loss\.csv: .?optimizer step,"nats per token: run 0, training",/);
  expect(csv.trimEnd().split('\r\n')).toHaveLength(401);
  await menu.press('Enter');
  await page.keyboard.press('Enter');
  const alone = page.getByRole('dialog', { name: 'Loss' });
  // Here it is as wide as the page already.
  await expect.poll(async () => (await chart.locator('canvas').boundingBox())!.width).toBeGreaterThan(0.9 * (await alone.boundingBox())!.width);
  await expect.poll(async () => (await chart.locator('canvas').boundingBox())!.height).toBeGreaterThan(inPage.height);
  expect((await new AxeBuilder({ page }).include('tinyai-figure').analyze()).violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(alone).toBeHidden();
  await expect(menu).toBeFocused();
});

test('a curve is drawn by hand, with a pointer and with keys alone', async ({ page }) => {
  await openChart(page, 1, 0);
  const chart = page.locator('tinyai-line-chart');
  await chart.evaluate((chart: LineChart) => {
    Object.assign(chart, { drawing: true, rangeX: [0, 110], rangeY: [0, 5] });
    chart.addEventListener('drawn', (event: DrawnEvent) => (document.title = JSON.stringify(event.points.map(({ x, y }) => [x, Math.round(y * 10) / 10]))));
  });
  const drawn = async (): Promise<number[][]> => JSON.parse(await page.title());
  const pencil = chart.getByRole('slider', { name: 'Point of your prediction' });
  await pencil.focus();
  await pencil.press('ArrowUp');
  await pencil.press('ArrowRight');
  await expect(pencil).toHaveAttribute('aria-valuetext', 'step 10: not drawn yet');
  await pencil.press('PageDown');
  await expect(pencil).toHaveAttribute('aria-valuetext', 'step 10: 2.100');
  expect(await drawn()).toEqual([[0, 2.6], [10, 2.1]]);
  await pencil.press('Delete');
  expect(await drawn()).toEqual([[0, 2.6]]);
  const over = (await chart.locator('.u-over').boundingBox())!;
  await page.mouse.move(over.x + 1, over.y + 1);
  await page.mouse.down();
  await page.mouse.move(over.x + over.width - 1, over.y + over.height - 1, { steps: 3 });
  await page.mouse.up();
  await expect(pencil).toBeFocused();
  const points = await drawn();
  expect(points.map(([x]) => x)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
  points.forEach(([, y], i) => expect(y).toBeCloseTo(5 - (5 * i) / 11, 0));
});

test('the pointer moves over a chart of 8 runs of 10,000 steps at 60 frames a second, and renders nothing', MEASURED, async ({ page }) => {
  await openChart(page, 8, 10_000);
  const chart = page.locator('tinyai-line-chart');
  const over = (await chart.locator('.u-over').boundingBox())!;
  await chart.evaluate((chart: LineChart) => {
    const counted = chart as LineChart & { performUpdate(): void; renders: number };
    const { performUpdate } = counted;
    counted.renders = 0;
    counted.performUpdate = function () {
      this.renders++;
      performUpdate.call(this);
    };
  });
  /** Frames while the pointer goes to and fro at a height of the page, what the page's thread did in each, in ms, and how often it moved. */
  const hover = async (height: number): Promise<{ frames: number; moves: number; p50: number; p95: number; longest: number; busy: number }> => {
    const session = await page.context().newCDPSession(page);
    // Time of the thread itself, whatever else the machine does.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
    };
    const before = await busy();
    const measuring = page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const times: number[] = [];
          const frame = (now: number): void => {
            times.push(now);
            if (now - times[0]! < 4000) requestAnimationFrame(frame);
            else resolve(times.slice(1).map((time, i) => time - times[i]!));
          };
          requestAnimationFrame(frame);
        }),
    );
    let [moving, moves] = [true, 0];
    const measured = measuring.finally(() => (moving = false));
    while (moving) {
      const share = Math.abs(((moves++ / 120) % 2) - 1);
      await page.mouse.move(over.x + share * (over.width - 2) + 1, height);
    }
    const intervals = (await measured).sort((a, b) => a - b);
    const took = ((await busy()) - before) / intervals.length;
    await session.detach();
    const at = (share: number): number => intervals[Math.floor(share * (intervals.length - 1))]!;
    return { frames: intervals.length, moves, p50: at(0.5), p95: at(0.95), longest: at(1), busy: took };
  };
  const beside = await hover(over.y + over.height + 100);
  const { p50, p95, busy, ...rest } = await hover(over.y + over.height / 2);
  const renders = await chart.evaluate((chart) => (chart as unknown as { renders: number }).renders);
  console.log('beside the chart', beside, 'over it', { p50, p95, busy, ...rest }, 'renders', renders);
  await expect(chart.locator('.place')).toHaveText(/^step \d+$/);
  expect(renders).toBe(0);
  expect(busy, 'ms of the page’s thread in a frame').toBeLessThan(8);
  expect(p50, 'ms between two frames').toBeLessThan(17.5);
  expect(p95, 'ms between two frames').toBeLessThan(20);
});

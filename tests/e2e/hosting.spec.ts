/** The built site as hosts serve it: with its `_headers`, compressed, and where a host sends no headers at all. */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from './page';

/** Playwright runs in `www/`. */
const SERVER = resolve('../pkg-config/node/serve.mjs');

test('what is named by its content is kept for good; pages are asked for anew', async ({ request }) => {
  const control = async (path: string): Promise<string> => (await request.get(path)).headers()['cache-control']!;
  const builds = (await (await request.get('./engine/builds.json')).json()) as Record<string, { folder: string }>;
  const script = /src="\.\/(assets\/[^"]+)"/.exec(await (await request.get('./')).text())![1]!;
  for (const path of [script, `engine/${builds['threads-relaxed']!.folder}/tinyai_bg.wasm`]) expect(await control(path)).toContain('immutable');
  for (const path of ['./', './labs/parallel/#play', './parallel/', './engine/builds.json', './models/tang-poems/config.json']) expect(await control(path)).toBe('no-cache');
});

test('a browser gets the smallest form that it can read', async ({ request }) => {
  const builds = (await (await request.get('./engine/builds.json')).json()) as Record<string, { folder: string }>;
  const wasm = `engine/${builds['threads-relaxed']!.folder}/tinyai_bg.wasm`;
  const sizes: number[] = [];
  for (const [accepted, encoding] of [['br, gzip', 'br'], ['gzip', 'gzip'], ['identity', undefined]] as const) {
    const response = await request.head(wasm, { headers: { 'Accept-Encoding': accepted } });
    expect(response.headers()['content-encoding']).toBe(encoding);
    expect(response.headers()['content-type']).toBe('application/wasm');
    sizes.push(Number(response.headers()['content-length']));
  }
  expect(sizes[0]).toBeLessThan(0.4 * sizes[2]!);
  expect(sizes[1]).toBeLessThan(0.5 * sizes[2]!);
});

test.describe('a host that sends no headers', () => {
  // A page that is no HTML names no icon, and Chromium looks for one.
  test.use({ expectedErrors: [/favicon\.ico/] });

  let server: ChildProcess;
  let address: string;

  test.beforeAll(async () => {
    server = spawn(process.execPath, [SERVER, '--plain', '--port', '0']);
    address = await new Promise((listening, reject) => {
      server.once('error', reject);
      server.stdout!.on('data', (data: Buffer) => {
        const found = /http:\/\/\S+/.exec(String(data));
        if (found) listening(found[0]);
      });
    });
  });
  test.afterAll(() => void server.kill());

  test('the page isolates itself by one reload, and then has threads', async ({ page }) => {
    let loads = 0;
    page.on('framenavigated', (frame) => void (loads += frame === page.mainFrame() ? 1 : 0));
    await page.goto(address);
    await expect(page.locator('tinyai-site-header .status')).toContainText('threads-relaxed');
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    expect(loads).toBe(2);
    // From then on at once, the other pages with their frames and workers too.
    await page.goto(`${address}bench/`);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    await expect(page.locator('tinyai-bench-page .notice')).toHaveCount(0);
    expect(loads).toBe(3);
  });

  test('in a frame of another page it leaves things as they are', async ({ page }) => {
    await page.goto(`${address}corpora/index.json`);
    await page.evaluate((src) => document.body.append(Object.assign(document.createElement('iframe'), { src })), address);
    const frame = page.frameLocator('iframe');
    await expect(frame.locator('tinyai-site-header .status')).toContainText('single-relaxed');
    const registered = await page.frames()[1]!.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    expect(registered).toBe(0);
  });
});

/** The built engine in workers: each build compiled once per page, files shared or copied, and without any worker. */
import { expect, test, type Page } from '../../www/testing';
import { Site, bundle, fileAt, type Answer, type Bundle } from '../../www/testing-site';
import type { Runs } from './engine/page';
import { short } from './page';

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const START = '<!doctype html><title>test</title><script type="module" src="page.js"></script>';

let files: Bundle;
let site: Site;
let pageHeaders: Record<string, string>;
let wasmType: string;

async function answer(path: string): Promise<Answer | null> {
  if (path === '/') return { body: START, type: 'text/html', headers: pageHeaders };
  const found = await fileAt(files, path);
  return found && { ...found, type: path.endsWith('.wasm') ? wasmType : found.type, headers: pageHeaders };
}

test.beforeAll(async () => {
  files = await bundle('../tests/e2e/engine/page.ts');
  site = await Site.open(answer);
});
test.afterAll(() => site.close());
test.beforeEach(() => {
  pageHeaders = {};
  wasmType = 'application/wasm';
  site.asked.length = 0;
});

const spec = short((spec) => Object.assign(spec.base.training, { steps: 3, warmup_steps: 1 }));

async function open(page: Page): Promise<void> {
  await page.goto(`http://localhost:${site.port}/`);
  await page.waitForFunction(() => 'tools' in window);
}

async function runAll(page: Page, options: Parameters<typeof window.tools.runAll>[1]): Promise<Runs> {
  await open(page);
  return page.evaluate(([spec, options]) => window.tools.runAll(spec, options), [spec, options] as const);
}

/** How often a build, or a file of the experiment, was asked for. */
const downloads = (ending: string): number => site.asked.filter((path) => path.endsWith(ending)).length;

/** The losses, once they are known to be the same in all workers. */
function losses({ runs }: Runs): number[] {
  const [first, ...others] = runs.map((run) => run.losses);
  expect(first!.length).toBeGreaterThan(0);
  for (const other of others) expect(other).toEqual(first);
  return first!;
}

test('three workers run a build that was fetched and compiled once, by the page', async ({ page }) => {
  const found = await runAll(page, { variant: 'single-relaxed', workers: 3 });
  expect(found.compiles).toBe(1);
  expect(found.runs.map((run) => run.compiles)).toEqual([0, 0, 0]);
  expect(found.runs.map((run) => run.variant)).toEqual(['single-relaxed', 'single-relaxed', 'single-relaxed']);
  expect(downloads('tinyai_bg.wasm')).toBe(1);
  expect(downloads('model.safetensors')).toBe(1);
  losses(found);
});

test('a module of another type is compiled once, too', async ({ page }) => {
  wasmType = 'application/octet-stream';
  const found = await runAll(page, { variant: 'single-relaxed', workers: 2 });
  expect(found.compiles).toBe(1);
  expect(found.runs.map((run) => run.compiles)).toEqual([0, 0]);
  expect(downloads('tinyai_bg.wasm')).toBe(1);
});

test('a worker compiles a build itself where only it may', async ({ page }) => {
  await open(page);
  expect(await page.evaluate(() => window.tools.compileThere('single-relaxed'))).toBe(1);
});

test('a build that is not there, or no module, is told of', async ({ page }) => {
  await open(page);
  const get = (variant: string): Promise<string> =>
    page.evaluate((variant) => new window.tools.ModuleCache({ base: new URL('engine/', location.href) }).get(variant).then(() => 'compiled', String), variant);
  expect(await get('no-such')).toContain('The server has no file no-such/tinyai_bg.wasm');
  files.set('/engine/damaged/tinyai_bg.wasm', 'no module');
  expect(await get('damaged')).toContain('The build damaged of the engine could not be compiled');
});

test('on an isolated page the engine reads files in shared memory, with the same losses as from copies', async ({ page }) => {
  pageHeaders = ISOLATION;
  const shared = await runAll(page, { variant: 'single-relaxed', workers: 2 });
  const copied = await runAll(page, { variant: 'single-relaxed', workers: 2, shared: false });
  expect([shared.shared, copied.shared]).toEqual([true, false]);
  expect(losses(shared)).toEqual(losses(copied));
});

test('helper threads share the module of their worker', async ({ page }) => {
  pageHeaders = ISOLATION;
  const found = await runAll(page, { variant: 'threads-relaxed', workers: 1, threads: 2 });
  expect(found.runs).toEqual([{ variant: 'threads-relaxed', compiles: 0, losses: losses(found) }]);
  expect(found.compiles).toBe(1);
  expect(downloads('tinyai_bg.wasm')).toBe(1);
});

test("under worker-src 'none' the engine runs on the page, with the same losses", async ({ page }) => {
  const there = await runAll(page, { variant: 'single-relaxed', workers: 1 });
  pageHeaders = { 'Content-Security-Policy': "worker-src 'none'" };
  const here = await runAll(page, { variant: 'single-relaxed', workers: 0 });
  expect(losses(here)).toEqual(losses(there));
});

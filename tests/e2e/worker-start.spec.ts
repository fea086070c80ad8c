/** Where workers start and how: the table in `www/engine/worker-start.ts`, asserted line by line. */
import { expect, test, type Page } from '../../www/testing';
import { Site, bundle, fileAt, type Answer, type Bundle } from '../../www/testing-site';
import type { Outcome } from './engine/page';

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const CORS = { 'Access-Control-Allow-Origin': '*' };
/** Lets pages of other origins have a file without reading it. */
const CORP = { 'Cross-Origin-Resource-Policy': 'cross-origin' };
const csp = (policy: string): Record<string, string> => ({ 'Content-Security-Policy': policy });

/** Milliseconds after which a worker that says nothing is given up (www/engine/worker-start.ts). */
const SILENCE = 15_000;

type Headers = Record<string, string>;

/** Headers of this test's site: of its pages, and of its scripts. */
let headers: { page: Headers; script: Headers };
/** What every script is answered with, if not with itself. */
let instead: Answer | null;
let files: Bundle;
let site: Site;
/** The same files from another origin. */
let cdn: Site;

const START = '<!doctype html><title>test</title><script type="module" crossorigin src="page.js"></script>';
const FRAME = `<!doctype html><title>test</title><iframe sandbox="allow-scripts" allow="cross-origin-isolated" src="./"></iframe>
<script>addEventListener('message', (event) => { window.outcome = event.data; });</script>`;

async function answer(path: string): Promise<Answer | null> {
  if (path === '/') return { body: START, type: 'text/html', headers: headers.page };
  if (path === '/frame') return { body: FRAME, type: 'text/html', headers: headers.page };
  // The page's own script always comes; what it starts is tested.
  if (path === '/page.js') return { ...(await fileAt(files, path))!, headers: { ...CORS, ...CORP } };
  const found = instead ?? (await fileAt(files, path));
  return found && { ...found, headers: headers.script };
}

test.beforeAll(async () => {
  files = await bundle('../tests/e2e/engine/page.ts');
  [site, cdn] = await Promise.all([Site.open(answer), Site.open(answer)]);
});
test.afterAll(() => {
  site.close();
  cdn.close();
});
test.beforeEach(() => {
  headers = { page: {}, script: {} };
  instead = null;
});

/** What comes of starting a worker from a page of the site. */
async function outcome(page: Page, from?: Site): Promise<Outcome> {
  await page.goto(`http://localhost:${site.port}/`);
  await page.waitForFunction(() => 'tools' in window);
  return page.evaluate((base) => window.tools.start(base), from && `http://127.0.0.1:${from.port}/`);
}

/** The same from a sandboxed frame. */
async function framed(page: Page): Promise<Outcome> {
  await page.goto(`http://localhost:${site.port}/frame`);
  const found = await page.waitForFunction(() => (window as { outcome?: Outcome }).outcome);
  return (await found.jsonValue())!;
}

const started = { wasm: true, module: 'WebAssembly.Module' };

for (const isolated of [false, true]) {
  const isolation: Headers = isolated ? ISOLATION : {};
  const here = { ...started, isolated, shared: isolated ? 'SharedArrayBuffer' : null };

  test.describe(isolated ? 'on an isolated page' : 'on a page that is not isolated', () => {
    test.beforeEach(() => {
      headers.page = isolation;
      headers.script = isolation;
    });

    test('a script of its own origin starts, and so do helper threads', async ({ page }) => {
      expect(await outcome(page)).toEqual({ ...here, way: 'direct', helpers: true });
    });

    test('a script of another origin starts from a blob, with CORS', async ({ page }) => {
      headers.script = CORS;
      expect(await outcome(page, cdn)).toEqual({ ...here, way: 'blob', helpers: true });
    });

    test('a script of another origin without CORS does not start', async ({ page }) => {
      headers.script = CORP;
      const found = await outcome(page, cdn);
      expect(found).toMatchObject({ because: 'script', zh: expect.stringContaining('CORS') });
    });

    test('in a sandboxed frame it starts from a blob, but helper threads do not', async ({ page }) => {
      headers.page = { ...isolation, ...CORP };
      headers.script = { ...isolation, ...CORS };
      expect(await framed(page)).toEqual({ ...here, way: 'blob', helpers: false });
    });

    test('in a sandboxed frame a script without CORS does not start', async ({ page }) => {
      headers.page = { ...isolation, ...CORP };
      headers.script = { ...isolation, ...CORP };
      expect(await framed(page)).toMatchObject({ because: 'script' });
    });

    test("worker-src 'self' on the page lets it start; its helpers too", async ({ page }) => {
      headers.page = { ...isolation, ...csp("worker-src 'self'") };
      expect(await outcome(page)).toEqual({ ...here, way: 'direct', helpers: true });
    });

    test("worker-src 'self' on the script, too, forbids the helpers", async ({ page }) => {
      headers.page = headers.script = { ...isolation, ...csp("worker-src 'self'") };
      expect(await outcome(page)).toEqual({ ...here, way: 'direct', helpers: false });
    });

    test('worker-src blob: lets it start from a blob', async ({ page }) => {
      headers.page = { ...isolation, ...csp('worker-src blob:') };
      expect(await outcome(page)).toEqual({ ...here, way: 'blob', helpers: true });
    });

    test("worker-src 'self' forbids scripts of other origins, which is known soon", async ({ page }) => {
      headers.page = { ...isolation, ...csp("worker-src 'self'") };
      headers.script = CORS;
      const found = await outcome(page, cdn);
      expect(found).toMatchObject({ because: 'policy', zh: expect.stringContaining('worker-src') });
      expect((found as { milliseconds: number }).milliseconds).toBeLessThan(SILENCE / 2);
    });

    test("worker-src 'none' forbids every worker, which is known soon", async ({ page }) => {
      headers.page = { ...isolation, ...csp("worker-src 'none'") };
      const found = await outcome(page);
      expect(found).toMatchObject({ because: 'policy', zh: expect.stringContaining('worker-src') });
      expect((found as { milliseconds: number }).milliseconds).toBeLessThan(SILENCE / 2);
    });

    test('a script that is missing, or a start page, is told from one that is slow', async ({ page }) => {
      instead = { body: 'not found', type: 'text/plain', status: 404 };
      expect(await outcome(page)).toMatchObject({ because: 'script' });
      instead = { body: '<h1>Start</h1>', type: 'text/html' };
      expect(await outcome(page)).toMatchObject({ because: 'script' });
    });
  });
}

test('on an isolated page a script that is not sent with COEP starts from a blob', async ({ page }) => {
  headers = { page: ISOLATION, script: {} };
  expect(await outcome(page)).toEqual({ ...started, way: 'blob', isolated: true, helpers: true, shared: 'SharedArrayBuffer' });
});

test('a worker of another build is refused: the page has to be reloaded', async ({ page }) => {
  const update = await bundle('../tests/e2e/engine/page.ts', 'update');
  const [, worker] = [...update].find(([path]) => path.includes('probe.worker'))!;
  instead = { body: worker, type: 'text/javascript' };
  await expect(outcome(page)).rejects.toThrow(/The page \(test\/2\) and its probe \(update\/2\) are of different versions.*reload the page/);
});

test.describe("script-src without 'wasm-unsafe-eval'", () => {
  const policy = csp("script-src 'self'");

  test('on the page alone forbids WebAssembly there, but not in a worker', async ({ page }) => {
    headers.page = policy;
    expect(await outcome(page)).toEqual({ way: 'direct', isolated: false, wasm: true, helpers: true, module: null, shared: null });
  });

  test('on the script, too, forbids WebAssembly in both', async ({ page }) => {
    headers.page = headers.script = policy;
    expect(await outcome(page)).toEqual({ way: 'direct', isolated: false, wasm: false, helpers: false, module: null, shared: null });
  });

  test('forbids WebAssembly in a worker from a blob, which has the policy of the page', async ({ page }) => {
    headers.page = csp(`script-src 'self' http://127.0.0.1:${cdn.port} blob:`);
    headers.script = CORS;
    expect(await outcome(page, cdn)).toMatchObject({ way: 'blob', wasm: false });
  });

  test('is named before anything is fetched', async ({ page }) => {
    headers.page = policy;
    await outcome(page);
    site.asked.length = 0;
    const error = await page.evaluate(() =>
      new window.tools.ModuleCache({ base: new URL('engine/', location.href) }).get('single-relaxed').then(
        () => 'compiled',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
    expect(error).toContain('WasmBlocked: This page may not run WebAssembly');
    expect(site.asked).toEqual([]);
  });
});

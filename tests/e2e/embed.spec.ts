/** Labs in pages of others: every example page, on the site and on another origin, with the site's own headers. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { headersFor, parseHeaders } from '../../pkg-config/node/headers.mjs';
import { Site, type Answer } from '../../www/testing-site';
import { violations } from './accessibility';
import { expect, test } from './page';
import type { Page } from '../../www/testing';

/** The built site; Playwright runs in `www/`. */
const DIST = join(process.cwd(), 'dist');
/** The folder of the site where it is not at the root. */
const FOLDER = '/some/folder';
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8' };

/** The site, at its root and in a folder. */
let site: Site;
/** Somebody else's server: the examples as they are copied, with the address of the site. */
let course: Site;
let home: string;

async function file(path: string): Promise<Answer | null> {
  const whole = path.endsWith('/') ? `${path}index.html` : path;
  return readFile(join(DIST, whole)).then((body) => ({ body, type: TYPES[extname(whole)] ?? 'application/octet-stream' }), () => null);
}

test.beforeAll(async () => {
  const rules = parseHeaders(await readFile(join(DIST, '_headers'), 'utf8'));
  site = await Site.open(async (path) => {
    const inside = path.startsWith(`${FOLDER}/`) ? path.slice(FOLDER.length) : path;
    const found = await file(inside);
    return found && { ...found, headers: Object.fromEntries(headersFor(rules, inside)) };
  });
  home = `http://localhost:${site.port}`;
  course = await Site.open(async (path) => {
    const found = await file(path === '/icon.svg' ? path : `/examples${path}`);
    if (!found || !path.endsWith('.html')) return found;
    const html = String(found.body).replaceAll(/(src|href)="\.\.\/(?!\.)/g, `$1="${home}/`).replaceAll(/(script-src|connect-src) 'self'/g, `$1 'self' ${home}`);
    return { ...found, body: html };
  });
});
test.afterAll(() => {
  site.close();
  course.close();
});

/** Where each example is found: on the site, and on the other origin. */
const here = (): string => `${home}/examples/`;
const there = (): string => `http://127.0.0.1:${course.port}/`;

/** Opens a page; gives the origins that were asked for anything. */
async function open(page: Page, address: string): Promise<Set<string>> {
  const origins = new Set<string>();
  site.asked.length = 0;
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) origins.add(origin);
  });
  await page.goto(address);
  return origins;
}

const RUN = { name: /^(Run|运行)$/ };
const result = (page: Page) => page.locator('#result');
const downloads = (pattern: RegExp): number => site.asked.filter((path) => pattern.test(path)).length;

for (const [where, at] of [['the site', here], ['another origin', there]] as const) {
  const origins = (): string[] => [...new Set([home, new URL(at()).origin])].sort();

  test.describe(`on ${where}`, () => {
    test('a sandboxed frame runs, and posts its result', async ({ page }) => {
      const asked = await open(page, `${at()}sandbox.html`);
      await page.frameLocator('#lab').getByRole('button', RUN).click();
      await expect(result(page)).toHaveText(/^loss \d/);
      expect(downloads(/tinyai_bg\.wasm$/)).toBe(1);
      expect([...asked].sort()).toEqual(origins());
      // It became as high as it wished.
      await expect.poll(() => page.locator('#lab').evaluate((frame) => frame.style.height)).toMatch(/^\d+px$/);
    });

    test('an element runs, and tells its result', async ({ page }) => {
      const asked = await open(page, `${at()}element.html`);
      await page.getByRole('button', RUN).click();
      await expect(result(page)).toHaveText(/^loss \d/);
      expect(await violations(page)).toEqual([]);
      expect(downloads(/tinyai_bg\.wasm$/)).toBe(1);
      expect([...asked].sort()).toEqual(origins());
    });

    test('ten labs load as they come near, with one engine and one download', async ({ page }) => {
      test.slow();
      const asked = await open(page, `${at()}ten.html`);
      const mounts = page.locator('tinyai-lab-mount');
      await expect.poll(() => mounts.count()).toBeGreaterThan(0);
      expect(await mounts.count()).toBeLessThan(10);
      await page.locator('#all').click();
      // One after the other, on a machine that may be busy.
      await expect(result(page)).toHaveText(/^10 labs, mean loss \d/, { timeout: 400_000 });
      await expect(mounts).toHaveCount(10);
      expect([downloads(/tinyai_bg\.wasm$/), downloads(/tinyai\.js$/), downloads(/corpora\//)]).toEqual([1, 1, 1]);
      expect(page.workers()).toHaveLength(1);
      expect([...asked].sort()).toEqual(origins());
    });

    test('the table of a class is filled by the results of its frames', async ({ page }) => {
      const asked = await open(page, `${at()}course.html`);
      for (const lab of ['Ada', '小明']) await expect(page.frameLocator(`iframe[title="${lab}"]`).getByRole('button', RUN)).toBeEnabled();
      await page.locator('#start').click();
      await expect(page.locator('#class tr')).toHaveCount(2);
      expect((await page.locator('#class tr').allInnerTexts()).sort()).toEqual([expect.stringMatching(/^Ada\s+0\.001\s+6\s+\d\.\d{4}$/), expect.stringMatching(/^小明\s+0\.01\s+6\s+\d\.\d{4}$/)]);
      expect([...asked].sort()).toEqual(origins());
    });
  });
}

test('a site in a folder, and a page in a deeper one', async ({ page }) => {
  const asked = await open(page, `${home}${FOLDER}/examples/sub-path/unit-1/`);
  await page.getByRole('button', RUN).click();
  await expect(result(page)).toHaveText(/^loss \d/);
  expect(site.asked.filter((path) => !path.startsWith(`${FOLDER}/`))).toEqual([]);
  expect([...asked]).toEqual([home]);
});

test.describe('under a strict policy', () => {
  test("a lab of the page's own site has a worker", async ({ page }) => {
    await open(page, `${here()}csp.html`);
    await page.getByRole('button', RUN).click();
    await expect(result(page)).toHaveText(/^loss \d/);
    expect(page.workers()).toHaveLength(1);
    await expect(page.locator('tinyai-problems [role=status]')).toHaveCount(0);
  });

  test.describe('from another site', () => {
    // The policy forbids what is tried first.
    test.use({ expectedErrors: [/Content Security Policy/] });

    test('a lab runs on the thread of the page, and says so', async ({ page }) => {
      const asked = await open(page, `${there()}csp.html`);
      await page.getByRole('button', RUN).click();
      await expect(result(page)).toHaveText(/^loss \d/);
      await expect(page.locator('tinyai-problems [role=status]')).toContainText("runs on one thread, that of the page itself");
      await expect(page.locator('tinyai-problems [role=status]')).toContainText("worker-src 'self' blob:");
      expect(page.workers()).toHaveLength(0);
      expect([...asked].sort()).toEqual([home, new URL(there()).origin].sort());
    });
  });
});

test('an element that is taken out lets go of its engine; put back, it shows its result again', async ({ page }) => {
  await open(page, `${there()}element.html`);
  await page.getByRole('button', RUN).click();
  await expect(result(page)).toHaveText(/^loss \d/);
  const lab = await page.locator('tinyai-lab').elementHandle();
  await lab!.evaluate((element) => element.remove());
  await expect.poll(() => page.workers().length).toBe(0);
  await lab!.evaluate((element) => document.body.append(element));
  await expect(page.locator('tinyai-loss-chart')).toContainText('small');
  await expect(page.getByRole('button', { name: 'Run again' })).toBeEnabled();
  await expect.poll(() => page.workers().length).toBe(1);
});

test.describe('the dialog of a lab', () => {
  const choose = async (page: Page): Promise<string> => {
    await page.goto(`${home}/labs/from-scratch/`);
    await page.getByRole('button', { name: 'Embed', exact: true }).click();
    const dialog = page.locator('tinyai-embed-dialog');
    await dialog.getByLabel('Language').selectOption('zh');
    await dialog.getByLabel('Memory', { exact: true }).uncheck();
    await dialog.getByLabel('Training', { exact: true }).check();
    return dialog.getByLabel('To put into the page').inputValue();
  };

  test('shows what it writes', async ({ page }) => {
    const snippet = await choose(page);
    expect(snippet).toContain(`src="${home}/embed/?lab=from-scratch&amp;lang=zh&amp;show=samples,loss,`);
    const preview = page.frameLocator('iframe[title="Preview"]');
    await expect(preview.getByRole('heading', { level: 1 })).toHaveText('从乱码到诗句');
    await preview.getByRole('button', { name: '展开设置' }).click();
    await expect(preview.locator('tinyai-form')).toContainText('模型');
    await expect(preview.locator('tinyai-form')).not.toContainText('学习率');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await expect(page.locator('iframe')).toHaveCount(0);
    await page.getByText('All measurements', { exact: true }).click();
    const menu = page.getByRole('button', { name: 'More of “Loss”' });
    await menu.press('Enter');
    await page.getByRole('menuitem', { name: 'Embed…' }).click();
    await expect(page.getByLabel('To put into the page')).toHaveValue(/\?lab=from-scratch&amp;show=loss#/);
    await page.keyboard.press('Escape');
    await expect(menu, 'the focus is where it was').toBeFocused();
  });

  for (const way of ['a frame', 'an element']) {
    test(`writes ${way} that works on another page`, async ({ page }) => {
      await choose(page);
      await page.getByLabel(way).check();
      const snippet = await page.getByLabel('To put into the page').inputValue();
      await page.goto(`${there()}index.html`);
      await page.evaluate((html) => document.body.append(document.createRange().createContextualFragment(html)), snippet);
      const lab = way === 'a frame' ? page.frameLocator('iframe') : page;
      await expect(lab.getByRole('heading', { name: '从乱码到诗句' })).toBeVisible();
      await expect(lab.getByRole('button', RUN)).toBeEnabled();
    });
  }
});

test.describe('the protocol', () => {
  /** Asks a frame, and waits for the answer of that id. */
  const ask = (page: Page, message: object) =>
    page.evaluate(
      (message) =>
        new Promise((resolve) => {
          addEventListener('message', ({ data }) => data.source === 'tinyai' && data.id === 7 && resolve(data));
          document.querySelector('iframe')!.contentWindow!.postMessage({ target: 'tinyai', version: 1, id: 7, ...message }, '*');
        }),
      message,
    ) as Promise<{ type: string; problems?: { message: { en: string; zh: string } }[]; state?: { spec: { base: { training: { steps: number } } }; lang: string } }>;

  test('wrong messages are answered by what is wrong with them', async ({ page }) => {
    await open(page, `${there()}sandbox.html`);
    for (const [message, wrong] of [
      [{ type: 'getState', version: 2 }, 'The message has the version 2; this lab speaks version 1.'],
      [{ type: 'fly' }, 'There is no message of the type "fly"; there are run, cancel, setSpec, getState, setState, setLang.'],
      [{ type: 'setLang', lang: 'fr' }, 'The language is "fr"; there are zh, en.'],
      [{ type: 'setSpec', spec: 7 }, 'The spec is 7, which is no experiment: it needs the shape { base, runs }.'],
      [{ type: 'setSpec', spec: { base: { training: { stepz: 3 } } } }, 'stepz'],
      [{ type: 'setState', state: { result: {} } }, 'The result in the state is none that a lab has given'],
    ] as const) {
      const answer = await ask(page, message);
      expect(answer.type).toBe('error');
      expect(answer.problems![0]!.message.en).toContain(wrong);
      expect(answer.problems![0]!.message.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test('what is asked is done, and the state can be given back', async ({ page }) => {
    await open(page, `${there()}sandbox.html`);
    const set = await ask(page, { type: 'setSpec', spec: { base: { training: { steps: 90 } } } });
    expect(set.state!.spec.base.training.steps).toBe(90);
    const spoken = await ask(page, { type: 'setLang', lang: 'zh' });
    expect(spoken.state!.lang).toBe('zh');
    await expect(page.frameLocator('#lab').locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(page.frameLocator('#lab').getByRole('button', { name: '运行', exact: true })).toBeVisible();
    const back = await ask(page, { type: 'setState', state: { ...set.state, lang: 'en' } });
    expect(back.state).toEqual(set.state);
  });

  test('a frame answers its own page alone', async ({ page }) => {
    await open(page, `${there()}course.html`);
    await expect(page.frameLocator('iframe[title="Ada"]').getByRole('button', RUN)).toBeEnabled();
    const [, ada, other] = page.frames();
    // Two frames of the same origin can reach each other; neither is the page around.
    await other!.evaluate(() => {
      addEventListener('message', ({ data }) => data.id === 7 && ((window as { heard?: boolean }).heard = true));
      parent.frames[0]!.postMessage({ target: 'tinyai', version: 1, id: 7, type: 'setLang', lang: 'zh' }, '*');
    });
    // Answers come in order: this one would come after.
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('message', ({ data }) => data.id === 8 && resolve(null));
          document.querySelector('iframe')!.contentWindow!.postMessage({ target: 'tinyai', version: 1, id: 8, type: 'getState' }, '*');
        }),
    );
    expect(await other!.evaluate(() => 'heard' in window)).toBe(false);
    await expect(ada!.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  });

  for (const [query, wrong] of [
    ['?lab=flying', 'There is no lab "flying"; there are from-scratch, fine-tuning, parallel.'],
    ['', 'No lab is named; there are from-scratch, fine-tuning, parallel.'],
    ['?lab=from-scratch&show=los', 'show: there is no "los". There are samples, loss, '],
    ['?lab=from-scratch#spec={"base"', 'The spec breaks off, or is no JSON.'],
    ['?lab=from-scratch#spec={"version":2,"base":{"training":{"stepz":3}}}', 'stepz'],
  ] as const) {
    test(`${query || 'no query'} is answered by an error`, async ({ page }) => {
      await open(page, `${there()}index.html`);
      const told = await page.evaluate(
        (src) =>
          new Promise<string>((resolve) => {
            addEventListener('message', ({ data }) => data.type === 'error' && resolve(data.problems[0].message.en));
            document.body.append(Object.assign(document.createElement('iframe'), { src }));
          }),
        `${home}/embed/${query}`,
      );
      expect(told).toContain(wrong);
    });
  }
});

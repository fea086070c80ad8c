/** The kit on somebody else's page. */
import { resolve } from 'node:path';
import { build, test, type Page } from '../../www/testing';

let bundled: Promise<string> | undefined;

/** The kit as one module. */
async function kit(): Promise<string> {
  const www = resolve(test.info().config.rootDir, '../../www');
  const built = await build({
    configFile: false,
    root: www,
    logLevel: 'silent',
    build: { write: false, target: 'es2022', lib: { entry: `${www}/kit/index.ts`, formats: ['es'] } },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (!first || !('output' in first)) throw new Error('Vite built nothing');
  return first.output[0].code;
}

/** Opens a page with the kit; `html` goes into its body, `css` is how it looks by itself. */
export async function openKit(page: Page, html: string, css = ''): Promise<void> {
  bundled ??= kit();
  await page.setContent(`<!doctype html><html lang="en"><title>Somebody’s page</title><style>${css}</style><body>${html}</body></html>`);
  await page.addScriptTag({ type: 'module', content: await bundled });
  await page.waitForFunction(() => customElements.get('tinyai-dialog') !== undefined);
}

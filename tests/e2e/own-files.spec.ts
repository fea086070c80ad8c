/** Files of the visitor as a real browser hands them over: chosen folders, items of a drop, hashes of shared memory. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from '../../www/testing';
import { Site, bundle, fileAt, type Bundle } from '../../www/testing-site';

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const START = '<!doctype html><title>test</title><input type="file" webkitdirectory /><script type="module" src="page.js"></script>';
const POEM = '床前明月光，疑是地上霜。\n'.repeat(100_000);
const HASH = createHash('sha256').update(POEM).digest('hex').slice(0, 8);

let files: Bundle;
let site: Site;

test.beforeAll(async () => {
  files = await bundle('../tests/e2e/engine/page.ts');
  site = await Site.open(async (path) => {
    const found = path === '/' ? { body: START, type: 'text/html' } : await fileAt(files, path);
    return found && { ...found, headers: ISOLATION };
  });
});
test.afterAll(() => site.close());
test.beforeEach(async ({ page }) => {
  await page.goto(`http://localhost:${site.port}/`);
  await page.waitForFunction(() => 'tools' in window);
});

test('a folder that is chosen is one model, in shared memory', async ({ page }, { outputDir }) => {
  const folder = `${outputDir}/my-model`;
  await mkdir(`${folder}/onnx`, { recursive: true });
  await Promise.all(['model.safetensors', 'config.json', 'tokenizer.json', 'README.md', 'onnx/config.json'].map((name) => writeFile(`${folder}/${name}`, `content of ${name}`)));
  await page.locator('input').setInputFiles(folder);
  const found = await page.evaluate(async () => {
    const store = new window.tools.AssetStore({ base: location.href });
    const asset = await store.addOwn(document.querySelector('input')!.files!, 'model');
    const config = await store.get(`${asset.name}/config.json`);
    return { asset, config: new TextDecoder().decode(config.slice()), shared: config.buffer instanceof SharedArrayBuffer };
  });
  expect(found).toEqual({ asset: { name: expect.stringMatching(/^file:my-model-[0-9a-f]{8}$/), kind: 'model', bytes: 75 }, config: 'content of config.json', shared: true });
});

test('the items of a drop are taken in within its event, and read as a stream', async ({ page }) => {
  const found = await page.evaluate(async (poem) => {
    const store = new window.tools.AssetStore({ base: location.href });
    const told: number[] = [];
    const added = new Promise<{ name: string }>((resolve, reject) => {
      document.addEventListener('drop', (event) => {
        store.addOwn(event.dataTransfer!.items, 'text', { onProgress: ({ received }) => told.push(received) }).then(resolve, reject);
      });
    });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([poem], 'poem.txt'));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }));
    const { name } = await added;
    return { name, parts: told.length, bytes: told.at(-1) };
  }, POEM);
  expect(found).toEqual({ name: `file:poem-${HASH}.txt`, parts: expect.any(Number), bytes: Buffer.byteLength(POEM) });
  expect(found.parts).toBeGreaterThan(1);
});

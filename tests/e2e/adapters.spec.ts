/** One base, many adapters: trained or dropped, served together, mixed, and taken apart, with real files of PEFT. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { violations } from './accessibility';
import { smallText } from './looks';
import { MEASURED, expect, open, run, short, state, test } from './page';
import { expectAgreement } from './quantities';
import type { Locator, Page } from '../../www/testing';

const ADDRESS = './labs/fine-tuning/#lesson=adapters';
const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

const LANGUAGES = {
  en: { locale: 'en-US', link: 'One base, many adapters', first: 'LoRA · sonnets', remove: 'Remove', save: 'Save (PEFT)', stop: 'Stop' },
  zh: { locale: 'zh-CN', link: '一个基座，多个适配器', first: 'LoRA · 宋词', remove: '移除', save: '导出（PEFT）', stop: '停止' },
} as const;
type Language = keyof typeof LANGUAGES;

/** Opens the page with an experiment that takes seconds, with as many of its runs as are wanted. */
async function openAdapters(page: Page, runs = 2): Promise<void> {
  await page.goto(ADDRESS);
  await expect(page.locator('tinyai-site-header .status')).toContainText(/threads-|single-/);
  await expect(page.locator('tinyai-adapters-panel')).toBeVisible();
  await page.evaluate((runs) => {
    const { editor } = (document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { spec: { runs: object[] }; write(spec: object): void; setValue(path: string, value: unknown, run: number): void } } }).store;
    const values = { 'training.steps': 4, 'training.warmup_steps': 1, 'training.batch_size': 2, 'evaluation.every': 2, 'evaluation.tokens': 128, 'data.context': 32, 'training.learning_rate': 0.01 };
    for (const [path, value] of Object.entries(values)) editor.setValue(path, value, -1);
    editor.write({ ...editor.spec, runs: editor.spec.runs.slice(0, runs) });
  }, runs);
}

const shelf = (page: Page): Locator => page.locator('tinyai-adapter-shelf');
const entries = (page: Page): Locator => shelf(page).locator('tr[data-state=ready]');
const zone = (page: Page): Locator => page.locator('tinyai-drop-zone');
const notice = (page: Page): Locator => zone(page).locator('tinyai-notice [role=alert]');

async function trained(page: Page, runs = 2): Promise<void> {
  await openAdapters(page, runs);
  await run(page);
  await expect(state(page)).toHaveText(/^(Finished|已完成)/);
  await expect(entries(page)).toHaveCount(runs);
}

/** The validation loss that a run measured. */
const measuredLoss = (page: Page, run: number): Promise<number> =>
  page.evaluate((run) => (document.querySelector('tinyai-lab-mount') as unknown as { store: { runner: { view: { runs: { figure(name: string): { value: number } }[] } } } }).store.runner.view.runs[run]!.figure('validation_loss').value, run);

/** Saves the adapter of an entry into a folder, as somebody would for PEFT. */
async function saved(page: Page, entry: Locator, language: Language, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const downloads: Promise<void>[] = [];
  page.on('download', (download) => downloads.push(download.saveAs(`${folder}/${download.suggestedFilename()}`)));
  await entry.getByRole('button', { name: language === 'en' ? /^Save / : /^把.*导出/ }).click();
  await expect.poll(() => downloads.length).toBe(2);
  await Promise.all(downloads);
  page.removeAllListeners('download');
  return folder;
}

/** Drops files, by their paths, as a file manager gives them. */
async function drop(page: Page, ...paths: string[]): Promise<void> {
  const files = await Promise.all(paths.map(async (path) => ({ name: basename(path), base64: (await readFile(path)).toString('base64') })));
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) transfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name));
    return transfer;
  }, files);
  await zone(page).locator('.zone').dispatchEvent('drop', { dataTransfer: transfer });
}

for (const language of ['en', 'zh'] as const) {
  const words = LANGUAGES[language];
  test.describe(language, () => {
    test.use({ locale: words.locale });

    test('what is trained is on the shelf, is saved as PEFT’s files, and comes back from them', async ({ page }, { outputDir }) => {
      await trained(page);
      await expect(page.getByRole('link', { name: words.link })).toHaveAttribute('aria-current', 'step');
      for (const entry of await entries(page).all()) await expect(entry.locator('td.number').first()).toHaveText(/^\d\.\d{3}/);
      // On the shelf it has the loss that its run measured; the second is trained on another text.
      const quantities = entries(page).locator('data[data-quantity]');
      await expect(quantities).toHaveCount(1);
      await expect(quantities).toHaveAttribute('data-quantity', `${words.first}/validation_loss`);
      expect(Math.abs(Number(await quantities.getAttribute('value')) / (await measuredLoss(page, 0)) - 1)).toBeLessThan(1e-9);
      await expectAgreement(page, []);
      const loss = await entries(page).first().locator('td.number').first().innerText();
      const folder = await saved(page, entries(page).first(), language, `${outputDir}/first`);
      const config = JSON.parse(await readFile(`${folder}/${CONFIG}`, 'utf8')) as { peft_type: string; r: number };
      expect([config.peft_type, config.r]).toEqual(['LORA', 8]);
      // Two at once, told apart by their names.
      const second = await saved(page, entries(page).nth(1), language, `${outputDir}/second`);
      await entries(page).first().getByRole('button', { name: words.remove }).click();
      await expect(entries(page)).toHaveCount(1);
      await entries(page).first().getByRole('button', { name: words.remove }).click();
      await expect(entries(page)).toHaveCount(0);
      const named = await Promise.all(
        [folder, second].flatMap((from, i) =>
          [CONFIG, WEIGHTS].map(async (name) => {
            const path = `${outputDir}/${['a', 'b'][i]}-${name}`;
            await writeFile(path, await readFile(`${from}/${name}`));
            return path;
          }),
        ),
      );
      await drop(page, ...named);
      await expect(entries(page)).toHaveCount(2);
      await expect(entries(page).first().locator('.run-name')).toHaveText('a');
      // The same numbers: what was saved is what was trained.
      await expect(entries(page).first().locator('td.number').first()).toHaveText(loss, { useInnerText: true });
      // A folder that is chosen is called as it is.
      await zone(page).locator('#folder').setInputFiles(folder);
      await expect(entries(page)).toHaveCount(3);
      await expect(entries(page).nth(2).locator('.run-name')).toHaveText('first');
      await expect(notice(page)).toHaveCount(0);
      // What was dropped is there again after a lesson.
      await page.goto('./labs/fine-tuning/#lesson=rank');
      await page.getByRole('link', { name: words.link }).click();
      await expect(entries(page)).toHaveCount(3);
    });

    test('files that are no adapter of this base are refused, each by its name, and the rest is taken', async ({ page }, { outputDir }) => {
      await trained(page, 1);
      const folder = await saved(page, entries(page).first(), language, `${outputDir}/good`);
      const weights = await readFile(`${folder}/${WEIGHTS}`);
      const config = JSON.parse(await readFile(`${folder}/${CONFIG}`, 'utf8')) as object;
      const write = async (name: string, content: string | Uint8Array): Promise<string> => {
        await writeFile(`${outputDir}/${name}`, content);
        return `${outputDir}/${name}`;
      };
      const said = async (...texts: RegExp[]): Promise<void> => {
        await expect(notice(page)).toBeVisible();
        for (const text of texts) await expect(zone(page).locator('tinyai-notice')).toContainText(text);
        await expect(entries(page)).toHaveCount(1);
        if (language === 'zh') await expect(notice(page)).toContainText(/[\u4e00-\u9fff]{4}/);
        else await expect(notice(page)).not.toContainText(/[\u4e00-\u9fff]/);
      };
      await drop(page, await write('poem.txt', '床前明月光'));
      await said(/poem\.txt/);
      await drop(page, `${folder}/${CONFIG}`);
      await said(/adapter_config\.json/, /adapter_model\.safetensors/);
      await drop(page, await write(`cut-${CONFIG}`, JSON.stringify(config)), await write(`cut-${WEIGHTS}`, weights.subarray(0, weights.length - 100)));
      await said(/cut/, /adapter_model\.safetensors/);
      await drop(page, await write(`rank-${CONFIG}`, JSON.stringify({ ...config, r: 5 })), await write(`rank-${WEIGHTS}`, weights));
      await said(/rank/, /lora_A|\b5\b/);
      await drop(page, await write(`alora-${CONFIG}`, JSON.stringify({ ...config, alora_invocation_tokens: [1, 2] })), await write(`alora-${WEIGHTS}`, weights));
      await said(/alora/, /alora_invocation_tokens/);
      // One that is good beside one that is not.
      await drop(page, await write(`bad-${CONFIG}`, 'no json'), await write(`bad-${WEIGHTS}`, weights), await write(`fine-${CONFIG}`, JSON.stringify(config)), await write(`fine-${WEIGHTS}`, weights));
      await expect(zone(page).locator('tinyai-notice')).toContainText(/bad.*adapter_config\.json/);
      await expect(entries(page)).toHaveCount(2);
      await expect(entries(page).nth(1).locator('.run-name')).toHaveText('fine');
    });

    test('all write side by side, two are mixed, and one is taken apart', async ({ page }) => {
      await trained(page);
      const serve = page.locator('tinyai-adapter-serve');
      await serve.locator('button.primary').click();
      await expect(serve.locator('.measures')).toContainText(/ms/);
      await expect(serve.locator('article')).toHaveCount(3);
      for (const row of await serve.locator('article').all()) expect((await row.locator('.text').innerText()).length).toBeGreaterThan(10);
      await expect(serve.locator('.measures')).toContainText(language === 'en' ? /3 of 3 rows|2 of 3 rows/ : /3 行中有 [23] 行/);

      const mix = page.locator('tinyai-adapter-mix');
      await mix.locator('button.primary').click();
      await expect(mix.locator('.result')).toContainText(/\d\.\d{3}/);
      await expect(entries(page)).toHaveCount(3);
      await expect(entries(page).nth(2)).toContainText(/0\.5 × /);
      await expect(mix.locator('article')).toHaveCount(3);

      const anatomy = page.locator('tinyai-adapter-anatomy');
      await anatomy.locator('button.primary').click();
      // What was measured stays where it is stopped.
      await expect(anatomy.locator('tinyai-heat-map').first()).toBeVisible();
      await anatomy.getByRole('button', { name: words.stop }).click();
      await expect(anatomy.locator('button.primary')).toBeVisible();
      await anatomy.locator('button.primary').click();
      await expect(anatomy.locator('button.primary')).toBeVisible();
      await expect(anatomy.locator('.says')).toHaveCount(5);
      await expect(anatomy).not.toContainText(/NaN|undefined|Infinity/);
      await expect(anatomy.locator('tinyai-heat-map [role=img]').first()).toHaveAttribute('aria-label', /q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj/);
      await expect(anatomy.locator('tinyai-table tbody tr')).toHaveCount(4);
      expect(await violations(page)).toEqual([]);
      expect(await smallText(page)).toEqual([]);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('in the other language adapters are called by the texts that they have read', async ({ page }) => {
  await trained(page);
  const serve = page.locator('tinyai-adapter-serve');
  await serve.getByRole('button', { name: 'Write' }).click();
  await expect(serve.locator('h3')).toHaveText(['Base alone', 'LoRA · sonnets', 'LoRA · plays']);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(entries(page).locator('th')).toContainText([/LoRA · 十四行诗\s+在莎士比亚十四行诗上训练/, /LoRA · 戏剧\s+在莎士比亚戏剧上训练/]);
  await expect(serve.locator('h3')).toHaveText(['只有基座', 'LoRA · 十四行诗', 'LoRA · 戏剧']);
  await page.getByRole('button', { name: '换成中文的实验' }).click();
  await expect(page.locator('tinyai-adapters-panel li')).toContainText(['LoRA · 宋词', 'LoRA · 唐诗', 'DoRA · 宋词', 'QLoRA · 宋词']);
});

test('wherever a run ends with a method of PEFT, its adapter can be saved', async ({ page }) => {
  await open(page, short((spec) => (spec.base.training.steps = 3)));
  await run(page);
  await expect(state(page)).toHaveText(/^Finished/);
  const row = page.locator('tinyai-comparison-table').getByRole('row', { name: 'Adapter, as PEFT’s files' });
  // Full fine-tuning has no adapter.
  await expect(row.getByRole('button')).toHaveCount(1);
  const names: string[] = [];
  page.on('download', (download) => names.push(download.suggestedFilename()));
  await row.getByRole('button', { name: 'Save the adapter of' }).click();
  await expect.poll(() => names.sort()).toEqual([CONFIG, WEIGHTS]);
});

test('a training that begins goes first, and the shelf says that it waits', async ({ page }) => {
  await trained(page, 1);
  await page.evaluate(() => {
    const { editor } = (document.querySelector('tinyai-lab-mount') as unknown as { store: { editor: { setValue(path: string, value: unknown, run: number): void } } }).store;
    editor.setValue('training.steps', 2000, -1);
  });
  await run(page);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  const serve = page.locator('tinyai-adapter-serve');
  await serve.locator('button.primary').click();
  await expect(shelf(page)).toContainText('Waits for the training under way');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(serve.locator('.measures')).toContainText(/tokens\/s/);
});

test('adapters are swapped in less than 50 ms', MEASURED, async ({ page }) => {
  await trained(page);
  const serve = page.locator('tinyai-adapter-serve');
  await serve.locator('button.primary').click();
  const swapped = serve.locator('.measures p').nth(1);
  await expect(swapped).toContainText(/Swapped in [\d.]+ ms/);
  expect(Number(/Swapped in ([\d.]+) ms/.exec(await swapped.innerText())![1])).toBeLessThan(50);
});

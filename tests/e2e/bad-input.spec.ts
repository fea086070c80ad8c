/** Whatever a person gives the page, it says what is wrong, where, and what would be accepted; and it lives on. */
import type { Page } from '../../www/testing';
import type { Spec } from '../../www/types/generated/Spec';
import { addressOf, banner, expect, open, problemsOf as field, run, short, state, test } from './page';

/** The hash of an experiment's link. */
const hashOf = (spec: Spec): string => addressOf(spec).replace(/^[^#]*/, '');

/** The page still runs an experiment. */
async function livesOn(page: Page): Promise<void> {
  await page.goto('about:blank');
  await open(page, short((spec) => spec.runs.splice(1)));
  await run(page);
  await expect(state(page)).toContainText(/Finished|已完成/);
}

test('an unknown field in the link', async ({ page }) => {
  const spec = short() as Spec & { base: { fine_tuning: { lora: { rnak?: number } } } };
  spec.base.fine_tuning.lora.rnak = 8;
  await open(page, spec);
  await expect(banner(page)).toContainText('fine_tuning.lora.rnak');
  await expect(banner(page)).toContainText('rank');
  await expect(page.getByRole('textbox', { name: 'Text of the link, to copy' })).toHaveValue(hashOf(spec));
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('200');
  await livesOn(page);
});

test('a link cut in half', async ({ page }) => {
  const whole = hashOf(short());
  const half = whole.slice(0, Math.floor(whole.length / 2));
  await open(page, `./labs/fine-tuning/${half}`);
  await expect(banner(page)).toContainText('The link is incomplete');
  await expect(page.getByRole('textbox', { name: 'Text of the link, to copy' })).toHaveValue(half);
  await expect(page.getByRole('textbox', { name: 'What could be read of it' })).toHaveValue(/^\{"version":2,"base":/);
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('200');
  await page.getByRole('button', { name: '中文' }).click();
  await expect(banner(page)).toContainText('链接不完整');
  await livesOn(page);
});

test('a link that is no experiment', async ({ page }) => {
  await open(page, './labs/fine-tuning/#spec=%%%');
  await expect(banner(page)).toContainText('no experiment that can be read');
});

test('a link with a field that stands twice', async ({ page }) => {
  await open(page, './labs/fine-tuning/#spec={"base":{"training":{"steps":20,"steps":30}}}');
  await expect(banner(page)).toContainText('Steps stands twice in the same object');
  await expect(page.getByLabel('Steps', { exact: true })).toHaveValue('200');
  await livesOn(page);
});

test('zero steps', async ({ page }) => {
  await open(page);
  await page.getByLabel('Steps', { exact: true }).fill('0');
  await expect(field(page, 'training.steps')).toContainText('Steps is 0, but it must be a whole number from 1 to 100000');
  await expect(banner(page)).toContainText('Steps is 0');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  // What is typed next is told beside the field; that it was 0 is over.
  await page.getByLabel('Steps', { exact: true }).fill('2.5');
  await expect(banner(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await page.getByLabel('Steps', { exact: true }).fill('3');
  await expect(banner(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
});

test('a rank above the size of the layer is told before the run', async ({ page }) => {
  await open(page, short((spec) => (spec.runs[1]!.patch = { fine_tuning: { method: 'lora', lora: { rank: 1000 } } })));
  await expect(banner(page)).toContainText('1000');
  await expect(banner(page)).toContainText('rank');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
});

test('a run that does not fit into its memory: the other one lives on', async ({ page }) => {
  await open(page, short((spec) => (spec.runs[1]!.patch = { training: { batch_size: 512 }, resources: { memory_limit: 64 } })));
  await run(page);
  await expect(state(page)).toContainText('Finished');
  await expect(banner(page)).toContainText('Memory limit is 64 MiB');
  await expect(page.getByRole('columnheader', { name: /full finished/ })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: /lora failed/ })).toBeVisible();
});

test('a base model that does not exist', async ({ page }) => {
  await open(page, short((spec) => (spec.base.model.base = 'tang-poem')));
  await expect(field(page, 'model.base')).toContainText('Did you mean tang-poems?');
  await expect(banner(page)).toContainText('tang-poem');
  await page.getByLabel('Model', { exact: true }).selectOption('tang-poems');
  await expect(banner(page)).toHaveCount(0);
});

test('a batch that does not fit into the memory limit', async ({ page }) => {
  await open(
    page,
    short((spec) => {
      spec.base.training.batch_size = 512;
      spec.base.data.context = 128;
      spec.base.resources.memory_limit = 128;
    }),
  );
  await run(page);
  await expect(banner(page)).toContainText('Memory limit is 128 MiB');
  await expect(banner(page)).toContainText('512 for Batch size');
  await expect(banner(page)).toContainText('activations');
  await livesOn(page);
});

const add = async (page: Page, path: string, files: { name: string; buffer: Buffer }[]): Promise<void> => {
  await page.locator(`tinyai-field[id="${path}"] input#files`).setInputFiles(files.map((file) => ({ ...file, mimeType: 'application/octet-stream' })));
};

test('a text of one’s own is trained on; an empty one and one that is not UTF-8 are refused', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  await add(page, 'data.corpus', [{ name: 'empty.txt', buffer: Buffer.alloc(0) }]);
  await expect(field(page, 'data.corpus')).toContainText('empty.txt is empty');
  await add(page, 'data.corpus', [{ name: 'gbk.txt', buffer: Buffer.from([0x61, 0x62, 0x63, 0xc3, 0xf7, 0xd4, 0xc2]) }]);
  await expect(field(page, 'data.corpus')).toContainText('gbk.txt is not UTF-8 text (first wrong byte at position 3)');
  await add(page, 'data.corpus', [{ name: 'notepad.txt', buffer: Buffer.from('\ufeff春眠不觉晓', 'utf16le') }]);
  await expect(field(page, 'data.corpus')).toContainText('notepad.txt is text in UTF-16 LE');
  await expect(page.getByLabel('Corpus')).toHaveValue('song-ci');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await expect(field(page, 'data.corpus')).toHaveText('');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await add(page, 'data.corpus', [{ name: 'mine.txt', buffer: Buffer.from('春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。\n'.repeat(60)) }]);
  await expect(page.getByLabel('Corpus')).toHaveValue(/^file:mine-[0-9a-f]{8}\.txt$/);
  await expect(field(page, 'data.corpus')).toHaveText('');
  await run(page);
  await expect(state(page)).toContainText('Finished');
});

test('a broken safetensors file', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  await add(page, 'model.base', [{ name: 'model.safetensors', buffer: Buffer.from('not a model') }]);
  await expect(field(page, 'model.base')).toContainText('config.json');
  const fetched = async (name: string): Promise<Buffer> => (await page.request.get(`./models/tang-poems/${name}`)).body();
  await add(page, 'model.base', [
    { name: 'model.safetensors', buffer: Buffer.from('not a model') },
    { name: 'config.json', buffer: await fetched('config.json') },
    { name: 'tokenizer.json', buffer: await fetched('tokenizer.json') },
  ]);
  // Reading the files takes a moment.
  await expect(page.getByLabel('Model', { exact: true })).toHaveValue(/^file:model-[0-9a-f]{8}/);
  await run(page);
  await expect(banner(page)).toContainText('safetensors');
  await livesOn(page);
});

test('a model of one’s own is fine-tuned', async ({ page }) => {
  await open(page, short((spec) => spec.runs.splice(1)));
  const fetched = async (name: string): Promise<Buffer> => (await page.request.get(`./models/tang-poems/${name}`)).body();
  const names = ['model.safetensors', 'config.json', 'tokenizer.json'];
  await add(page, 'model.base', await Promise.all(names.map(async (name) => ({ name, buffer: await fetched(name) }))));
  await expect(page.getByLabel('Model', { exact: true })).toHaveValue(/^file:model-[0-9a-f]{8}/);
  await run(page);
  await expect(state(page)).toContainText('Finished');
});

test('a link to a file of someone else asks for the file', async ({ page }) => {
  await open(page, short((spec) => (spec.base.data.corpus = 'file:novel.txt')));
  await run(page);
  await expect(banner(page)).toContainText('novel.txt');
  await expect(state(page)).toContainText('Stopped');
});

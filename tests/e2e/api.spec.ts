/** `window.tinyai`, for those who write code instead of filling in forms. */
import { expect, open, short, test } from './page';

/** Pages of all depths. */
const PAGES = ['./', './labs/fine-tuning/#play', './labs/from-scratch/#play', './labs/parallel/#play', './bench/'];

for (const address of PAGES) {
  test(`window.tinyai has a default experiment, its schema, the labs and a version, and an engine, on ${address}`, async ({ page }) => {
    await page.goto(address);
    await page.waitForFunction(() => window.tinyai);
    const { names, version, runs, title, labs, problems } = await page.evaluate(async (spec) => {
      const { defaultSpec, version, schema, labs, createLab } = window.tinyai;
      const lab = await createLab({ threads: 1 });
      const problems = await lab.check(spec);
      lab.close();
      return { names: Object.keys(window.tinyai).sort(), version, runs: defaultSpec.runs.map((run) => run.name), title: schema.type, labs, problems };
    }, short());
    expect(names).toEqual(['createLab', 'defaultSpec', 'labs', 'run', 'schema', 'version']);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(runs).toEqual(['full', 'lora']);
    expect(title).toBe('object');
    expect(labs).toEqual(expect.arrayContaining(['fine-tuning', 'from-scratch', 'parallel']));
    expect(problems).toEqual([]);
  });
}

test('window.tinyai.run resolves with the result; the same seed gives the same losses with 1 and with 2 threads', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const [one, two, events] = await page.evaluate(async (spec) => {
    let events = 0;
    const losses = async (threads: number) => {
      const lab = await window.tinyai.createLab({ threads });
      const result = await lab.run(spec, { onEvent: () => events++ }).result;
      lab.close();
      return result.runs.map(({ series }) => [series.loss, series.validation_loss]);
    };
    const two = await losses(2);
    return [await losses(1), two, events];
  }, short());
  expect(events).toBeGreaterThan(10);
  expect(one).toEqual(two);
  const result = await page.evaluate((spec) => window.tinyai.run(spec), short());
  expect(result.version).toBe(2);
  expect(result.runs.map(({ series }) => [series.loss, series.validation_loss])).toEqual(two);
  expect(result.comparison.length).toBeGreaterThan(0);
});

test('window.tinyai.run rejects with the problems', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const problems = await page.evaluate(
    (spec) => window.tinyai.run(spec).then(() => null, (error) => error.problems),
    short((spec) => (spec.base.training.steps = 0)),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'out_of_range', field: 'training.steps', value: '0' });
});

test('aborting rejects with the reason of the signal', async ({ page }) => {
  await open(page, './labs/fine-tuning/#play');
  const reason = await page.evaluate(async (spec) => {
    const lab = await window.tinyai.createLab();
    const abort = new AbortController();
    const { result } = lab.run(spec, { signal: abort.signal, onEvent: () => abort.abort('enough') });
    return result.then(() => 'resolved', (error) => String(error));
  }, short((spec) => (spec.base.training.steps = 1000)));
  expect(reason).toBe('enough');
});

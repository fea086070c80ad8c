/** `window.tinyai`, for those who write code instead of filling in forms. */
import { expect, open, short, test } from './page';

test('window.tinyai has a default experiment, its schema and a version', async ({ page }) => {
  await open(page, './');
  const { names, version, runs, title } = await page.evaluate(() => ({
    names: Object.keys(window.tinyai).sort(),
    version: window.tinyai.version,
    runs: window.tinyai.defaultSpec.runs.map((run) => run.name),
    title: window.tinyai.schema.type,
  }));
  expect(names).toEqual(['createLab', 'defaultSpec', 'run', 'schema', 'version']);
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(runs).toEqual(['full', 'lora']);
  expect(title).toBe('object');
});

test('window.tinyai.run resolves with the result; the same seed gives the same losses with 1 and with 2 threads', async ({ page }) => {
  await open(page, './');
  const [one, two, events] = await page.evaluate(async (spec) => {
    let events = 0;
    const losses = async (threads: number): Promise<unknown> => {
      const lab = await window.tinyai.createLab({ threads });
      const result = await lab.run(spec, { onEvent: () => events++ }).result;
      lab.close();
      return result.runs.map((run) => run.series);
    };
    const two = await losses(2);
    return [await losses(1), two, events];
  }, short());
  expect(events).toBeGreaterThan(10);
  expect(one).toEqual(two);
  const result = await page.evaluate((spec) => window.tinyai.run(spec), short());
  expect(result.version).toBe(1);
  expect(result.runs.map((run) => run.series)).toEqual(two);
  expect(result.comparison.length).toBeGreaterThan(0);
});

test('window.tinyai.run rejects with the problems', async ({ page }) => {
  await open(page, './');
  const problems = await page.evaluate(
    (spec) => window.tinyai.run(spec).then(() => null, (error) => error.problems),
    short((spec) => (spec.base.training.steps = 0)),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ code: 'out_of_range', field: 'training.steps', value: '0' });
});

test('aborting rejects with the reason of the signal', async ({ page }) => {
  await open(page, './');
  const reason = await page.evaluate(async (spec) => {
    const lab = await window.tinyai.createLab();
    const abort = new AbortController();
    const { result } = lab.run(spec, { signal: abort.signal, onEvent: () => abort.abort('enough') });
    return result.then(() => 'resolved', (error) => String(error));
  }, short((spec) => (spec.base.training.steps = 1000)));
  expect(reason).toBe('enough');
});

/** The same spec gives the same losses, bit by bit, on the command line and in the browser, on one rank and on many, and its runs learn. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ranksOf, resolve as resolved } from '../../www/engine/spec/patch';
import type { LabMount } from '../../www/shell/elements/lab';
import type { ExperimentResult } from '../../www/types/generated/ExperimentResult';
import type { RunSpec } from '../../www/types/generated/RunSpec';
import type { Spec } from '../../www/types/generated/Spec';
import { expect, open, test, type LabId } from './page';

/** The repository: Playwright runs in `www/`. */
const ROOT = resolve('..');
const PROGRAM = process.env.TINYAI_BIN || join(ROOT, 'target/release', process.platform === 'win32' ? 'tinyai.exe' : 'tinyai');

/** What `tinyai run` measures. */
async function native(spec: Spec): Promise<ExperimentResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyai-parity-'));
  const [input, output] = [join(folder, 'spec.json'), join(folder, 'result.json')];
  await writeFile(input, JSON.stringify(spec));
  await promisify(execFile)(PROGRAM, ['run', input, '--assets', join(ROOT, 'www/public'), '--out', output]);
  const result = JSON.parse(await readFile(output, 'utf8')) as ExperimentResult;
  await rm(folder, { recursive: true });
  return result;
}

/** A copy of an experiment, as long as a test of it may be. */
function cut(spec: Spec, steps: number, change: (base: RunSpec) => void = () => undefined): Spec {
  const copy = structuredClone(spec);
  copy.base.training.steps = steps;
  copy.base.training.warmup_steps = Math.min(copy.base.training.warmup_steps, steps / 4);
  Object.assign(copy.base.evaluation, { every: steps / 2, tokens: 1024, sample_every: 0, sample_tokens: 8 });
  change(copy.base);
  return copy;
}

/** Each run on one rank beside the same on 2 × 1 × 2 of them. */
function spread(spec: Spec): Spec {
  const alone = spec.runs.filter((_, run) => ranksOf(resolved(spec, run)) === 1);
  const mesh = { data: 2, pipeline: 1, tensor: 2 };
  return { ...spec, runs: alone.flatMap(({ name, patch }) => [{ name, patch }, { name: `${name}, 2 × 1 × 2`, patch: { ...patch, mesh: { ...(patch.mesh as object), ...mesh } } }]) };
}

const CASES: { lab: LabId; locale: string; what: string; steps: number; change?: (base: RunSpec) => void }[] = [
  { lab: 'fine-tuning', locale: 'zh-CN', what: 'Tang poems', steps: 8 },
  { lab: 'fine-tuning', locale: 'en-US', what: 'Shakespeare', steps: 8, change: ({ model, data }) => void ([model.base, data.corpus] = ['shakespeare-plays', 'shakespeare-sonnets']) },
  { lab: 'from-scratch', locale: 'zh-CN', what: 'Tang poems', steps: 24 },
  { lab: 'from-scratch', locale: 'en-US', what: 'Shakespeare', steps: 24 },
  { lab: 'parallel', locale: 'en-US', what: 'Shakespeare', steps: 4 },
];

for (const { lab, locale, what, steps, change } of CASES) {
  test.describe(`${lab}, ${what}`, () => {
    test.use({ locale });

    test('the command line and the page measure the same losses', async ({ page }) => {
      await open(page, `./labs/${lab}/`);
      const spec = spread(cut(await page.evaluate(() => document.querySelector<LabMount>('tinyai-lab-mount')!.store!.editor.spec), steps, change));
      const expected = await native(spec);
      const actual = await page.evaluate((spec) => window.tinyai.run(spec), spec);
      for (const [index, run] of expected.runs.entries()) {
        expect(run.status, run.problem?.message.en).toBe('finished');
        expect(actual.runs[index]!.status, actual.runs[index]!.problem?.message.en).toBe('finished');
        expect(run.series.loss).toHaveLength(steps);
        for (const series of ['loss', 'validation_loss']) {
          expect.soft(actual.runs[index]!.series[series], `${run.name}: ${series}`).toEqual(run.series[series]);
        }
        const validation = run.series.validation_loss!;
        expect(validation.at(-1)![1], `${run.name} learns`).toBeLessThan(validation[0]![1]);
      }
    });
  });
}

/** Methods with a learning rate that each learns at, and DoRA on layers that tensor ranks share out by rows. */
const METHODS: Record<string, [rate: number, settings?: object]> = {
  dora: [0.01, { lora: { target_modules: ['q_proj', 'v_proj'] } }],
  ia3: [0.01],
  adapter: [0.01, { adapter: { placement: 'parallel' } }],
  prompt_tuning: [0.01],
  prefix_tuning: [0.01],
  bitfit: [0.01],
  last_layers: [0.0005],
};

test('every method of fine-tuning measures the same on the command line and the page, on one rank and on many', async ({ page }) => {
  await open(page, './labs/fine-tuning/');
  const opened = await page.evaluate(() => document.querySelector<LabMount>('tinyai-lab-mount')!.store!.editor.spec);
  const runs = Object.entries(METHODS).map(([method, [learning_rate, settings]]) => ({ name: method, patch: { fine_tuning: { method, ...settings }, training: { learning_rate } } }));
  const short = cut({ ...opened, runs }, 4);
  // Runs of an experiment are eight at most.
  const halves = [0, 4].map((first) => spread({ ...short, runs: short.runs.slice(first, first + 4) }));
  for (const spec of halves) {
    const expected = await native(spec);
    const actual = await page.evaluate((spec) => window.tinyai.run(spec), spec);
    for (const [index, run] of expected.runs.entries()) {
      expect(run.status, `${run.name}: ${run.problem?.message.en}`).toBe('finished');
      expect(actual.runs[index]!.status, `${run.name}: ${actual.runs[index]!.problem?.message.en}`).toBe('finished');
      for (const series of ['loss', 'validation_loss']) {
        expect.soft(actual.runs[index]!.series[series], `${run.name}: ${series}`).toEqual(run.series[series]);
      }
      expect.soft(run.series.validation_loss!.at(-1)![1], `${run.name} learns`).toBeLessThan(run.series.validation_loss![0]![1]);
    }
  }
});

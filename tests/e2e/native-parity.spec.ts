/** The same spec gives the same losses on the command line and in the browser, and its runs learn. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ExperimentResult } from '../../www/types/generated/ExperimentResult';
import type { Spec } from '../../www/types/generated/Spec';
import { defaultSpec } from '../../www/spec/hash';
import { expect, open, test } from './page';

/** The largest relative difference allowed between two losses of one step. */
const TOLERANCE = 1e-4;

/** The repository: Playwright runs in `www/`. */
const ROOT = resolve('..');

/** What `tinyai run` measures. */
async function native(spec: Spec): Promise<ExperimentResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tinyai-parity-'));
  const [input, output] = [join(folder, 'spec.json'), join(folder, 'result.json')];
  await writeFile(input, JSON.stringify(spec));
  const program = join(ROOT, 'target/release', process.platform === 'win32' ? 'tinyai.exe' : 'tinyai');
  await promisify(execFile)(program, ['run', input, '--assets', join(ROOT, 'www/public'), '--out', output]);
  const result = JSON.parse(await readFile(output, 'utf8')) as ExperimentResult;
  await rm(folder, { recursive: true });
  return result;
}

for (const base of ['tang-poems', 'shakespeare-plays']) {
  test(`${base}: the command line and the page measure the same losses`, async ({ page }) => {
    const spec = structuredClone(defaultSpec);
    Object.assign(spec.base.training, { steps: 40, warmup_steps: 5 });
    Object.assign(spec.base.evaluation, { every: 20, tokens: 1024, sample_tokens: 8 });
    if (base === 'shakespeare-plays') {
      spec.base.model.base = base;
      spec.base.data.corpus = 'shakespeare-sonnets';
      spec.base.evaluation.prompt = '';
    }
    const expected = await native(spec);
    await open(page);
    const actual = await page.evaluate((spec) => window.tinyai.run(spec), spec);
    for (const [index, run] of expected.runs.entries()) {
      expect(run.status).toBe('finished');
      for (const series of ['loss', 'validation_loss']) {
        const points = run.series[series]!;
        const others = actual.runs[index]!.series[series]!;
        expect(others.map(([step]) => step)).toEqual(points.map(([step]) => step));
        const worst = Math.max(...points.map(([, value], at) => Math.abs(others[at]![1] - value) / value));
        expect(worst, `${run.name}: relative difference of ${series}`).toBeLessThan(TOLERANCE);
      }
      const validation = run.series.validation_loss!;
      expect(validation.at(-1)![1], `${run.name} learns the new style`).toBeLessThan(validation[0]![1]);
    }
  });
}

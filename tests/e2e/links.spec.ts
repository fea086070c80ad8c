/** Links of every version that was published (`tests/links/`) open on the site of today, and mean what they meant. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { resolve as resolved } from '../../www/engine/spec/patch';
import type { LabMount } from '../../www/shell/elements/lab';
import type { RunSpec } from '../../www/types/generated/RunSpec';
import { banner, expect, open, test } from './page';
import { apart } from './parallel-runs';

/** The largest relative difference to a loss that was measured then: engines of other times round otherwise. */
const TOLERANCE = 1e-5;

interface Link {
  what: string;
  lab: string;
  /** Below the root of the site. */
  address: string;
  runs: { name: string; config: RunSpec; losses?: number[] }[];
}

/** Playwright runs in `www/`. */
const FOLDER = resolve('../tests/links');

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  const links = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Link[];

  for (const { what, lab, address, runs } of links) {
    test(`${file}, ${lab}: ${what}`, async ({ page }) => {
      await open(page, `.${address}`);
      expect(new URL(page.url()).pathname).toContain(`/labs/${lab}/`);
      const spec = await page.evaluate(() => document.querySelector<LabMount>('tinyai-lab-mount')!.store!.editor.spec);
      await expect(banner(page)).toHaveCount(0);
      expect(spec.runs.map(({ name }) => name)).toEqual(runs.map(({ name }) => name));
      for (const [run, { config }] of runs.entries()) expect(resolved(spec, run), runs[run]!.name).toMatchObject(config);
      if (runs.every(({ losses }) => losses === undefined)) return;
      const result = await page.evaluate((spec) => window.tinyai.run(spec), spec);
      for (const [run, { name, losses }] of runs.entries()) {
        if (!losses) continue;
        expect(result.runs[run]!.status, result.runs[run]!.problem?.message.en).toBe('finished');
        const found = result.runs[run]!.series.loss!.map(([, loss]) => loss);
        expect(found).toHaveLength(losses.length);
        const difference = apart(found, losses);
        console.log(`${what}, ${name}: ${difference.toExponential(1)}`);
        expect.soft(difference, `${name}: relative difference of the losses`).toBeLessThan(TOLERANCE);
      }
    });
  }
}

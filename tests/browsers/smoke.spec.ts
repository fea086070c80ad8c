/** Every page, in browsers other than the one of the end-to-end tests, on every build of the engine that they can run. */
import { writeFile } from 'node:fs/promises';
import { expect, run, test } from './fixtures';
import { LABS } from './labs';

/** The largest relative difference between a loss and Chromium's on the same build: fused or not, the browser decides. */
const TOLERANCE = 1e-4;

for (const lab of LABS) {
  for (const build of lab.builds) {
    test(`${lab.name}, ${build.name}`, async ({ site, visitor, reference, features }, info) => {
      const needs = [...build.needs, ...(lab.sharedMemory ? (['sharedMemory'] as const) : [])];
      const missing = needs.filter((need) => !features.has(need));
      test.skip(missing.length > 0, `this browser has no ${missing.join(', ')}`);
      site.reset(build.name);
      const losses = await run(visitor, site, lab);
      expect([...site.sent], 'builds that were loaded').toEqual([build.name]);
      expect(await visitor.evaluate(() => window.recordedErrors), 'errors on the page').toEqual([]);
      expect(site.missed, 'files that are not there').toEqual([]);
      await writeFile(info.outputPath('page.png'), await visitor.screenshot());
      if (!lab.losses) return;
      const expected = await run(reference, site, lab);
      expect(losses).toHaveLength(expected.length);
      const apart = Math.max(...losses.map((loss, i) => Math.abs(loss / expected[i]! - 1)));
      console.log(`${info.project.name}, ${lab.name}, ${build.name}: ${apart.toExponential(1)} from Chromium`);
      // Without relaxed SIMD, WebAssembly leaves nothing to the browser.
      if (build.needs.includes('relaxedSimd')) expect(apart).toBeLessThan(TOLERANCE);
      else expect(losses).toEqual(expected);
    });
  }
}

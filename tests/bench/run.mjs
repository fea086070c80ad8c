/**
 * node run.mjs [GROUP…] [--rounds N] [--json FILE] [--threads 1,2] [--variant NAME] [--ms N] [--no-peers]
 *
 * Measures this engine and its peers in turn, in one headless browser (CHROME names it), on the same work: for each row every
 * library is prepared once, then each is measured in every round. What is told is the median of the rounds.
 */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { chromium } from 'playwright-core';
import { GROUPS, LIBRARIES } from './groups.mjs';
import { measure, peakOf, peersOf, told } from './measure.mjs';
import { optionsOrExit } from './options.mjs';
import { measureParallel } from './parallel.mjs';
import { serve } from './server.mjs';

const { names: all, rounds, ms, threads: threadCounts, variant, json, peers } = optionsOrExit(process.argv.slice(2));

const names = all.filter((name) => name in GROUPS);

const { server, address } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A page with one library on a number of threads, as a handle of `measure.mjs`. */
async function open(library, threads, mode) {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  page.on('pageerror', (error) => console.error(`${library}: ${error.message}`));
  await page.goto(`${address}/bench/pages/${library}.html`);
  await page.waitForFunction('window.peer');
  await page.evaluate(([threads, mode]) => window.peer.open(threads, mode), [threads, mode]);
  return {
    library,
    mode,
    prepare: (row) => page.evaluate((row) => window.peer.prepare(row), row),
    measure: (ms) => page.evaluate((ms) => window.peer.measure(ms), ms),
    close: () => page.evaluate(() => window.peer.close()),
    ...(library === 'ours' && { peak: (threads, loop) => page.evaluate(([threads, loop]) => window.peak(threads, loop), [threads, loop]) }),
    leave: () => page.close(),
  };
}

const percent = (share) => (100 * share).toFixed(0);

function print(row) {
  const best = Math.max(...Object.values(row.peers));
  const peers = Object.entries(row.peers).map(([name, value]) => `${name} ${value}`);
  const causal = row.fraction_of_peak_causal === undefined ? '' : ` (${percent(row.fraction_of_peak_causal)} % counting half of the attention's square)`;
  const ratio = best > 0 ? `×${(row.ours / best).toFixed(2)} of the best peer (${peers.join(', ')})` : '';
  const what = `${row.group} ${row.op} ${row.shape.join('×')}, ${row.threads} thread${row.threads > 1 ? 's' : ''}`;
  const [low, high] = row.spread;
  console.log(`${what.padEnd(42)} ${String(row.ours).padStart(7)} ${row.unit.padEnd(8)} (${low}–${high})  ${percent(row.fraction_of_peak).padStart(3)} % of the peak ${row.peak}${causal}  ${ratio}`);
  if (row.losses) for (const [library, losses] of Object.entries(row.losses)) console.log(`  losses of ${library}: ${losses.map((loss) => loss.toFixed(4)).join(' ')}`);
}

const rows = [];
const peak = {};
for (const threads of names.length > 0 ? threadCounts : []) {
  const handles = [await open('ours', threads, variant)];
  for (const library of peers ? peersOf(names) : []) {
    for (const mode of LIBRARIES[library].modes(threads)) handles.push(await open(library, threads, mode));
  }
  for (const name of names) {
    for (const row of GROUPS[name]) {
      const measured = await measure(name, row, threads, handles, { rounds, ms });
      for (const [{ library, mode }, reason] of measured.failures) console.error(`${library} ${mode ?? ''} cannot do ${name} ${row.op} ${row.shape}: ${reason}`);
      if (!measured.times.has('ours')) continue;
      const result = told(name, row, threads, variant, measured);
      rows.push(result);
      print(result);
    }
  }
  peak[threads] = peakOf(rows, threads);
  for (const handle of handles) await handle.leave();
}
if (all.includes('parallel')) {
  if (names.length > 0) console.log();
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  page.on('pageerror', (error) => console.error(`parallel: ${error.message}`));
  await page.goto(`${address}/site/parallel/`);
  await page.waitForFunction('window.openWorld');
  await measureParallel(page, rounds, (row) => {
    rows.push(row);
    const tokens = row.tokens_per_second ? `  (${row.tokens_per_second.one} tokens/s on one rank, ${row.tokens_per_second.two} on two)` : '';
    const ideal = row.ideal === undefined ? '' : `  (GPipe and 1F1B with equal stages: ${row.ideal})`;
    console.log(`${`parallel ${row.op}`.padEnd(42)} ${String(row.ours).padStart(7)} ${row.unit.padEnd(8)} (${row.spread.join('–')})${tokens}${ideal}`);
  });
  await page.close();
}
const environment = {
  date: new Date().toISOString(),
  cpu: os.cpus()[0].model,
  cores: os.cpus().length,
  browser: `Chromium ${browser.version()}`,
  rounds,
  load_average: os.loadavg()[0],
};
if (json) writeFileSync(json, `${JSON.stringify({ environment, peak, rows }, null, 1)}\n`);
const peaks = Object.entries(peak).map(([threads, value]) => `${value.toFixed(1)} GFLOP/s on ${threads} thread${threads > 1 ? 's' : ''}`);
if (peaks.length > 0) console.log(`multiply-add peak: ${peaks.join(', ')}`);
console.log(`${environment.cpu}, ${environment.browser}`);
await browser.close();
server.close();

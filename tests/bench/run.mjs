/**
 * node run.mjs [GROUP…] [--rounds N] [--json FILE] [--threads 1,2] [--variant NAME] [--no-peers]
 *
 * Measures this engine and its peers in turn, in one headless browser (CHROME names it), on the same work: for each row every
 * library is prepared once, then each is measured in every round. What is told is the median of the rounds.
 */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { GROUPS, LIBRARIES } from './groups.mjs';
import { median } from './pages/timing.mjs';
import { serve } from './server.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    threads: { type: 'string', default: '1,2' },
    variant: { type: 'string' },
    ms: { type: 'string', default: '150' },
    'no-peers': { type: 'boolean', default: false },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(GROUPS);
const unknown = names.filter((name) => !GROUPS[name]);
if (unknown.length > 0) {
  console.error(`there is no group ${unknown.join(', ')}; the groups are ${Object.keys(GROUPS).join(', ')}`);
  process.exit(2);
}
const rounds = Number(options.rounds);
const threadCounts = options.threads.split(',').map(Number);
if (!(Number.isInteger(rounds) && rounds > 0) || !threadCounts.every((count) => Number.isInteger(count) && count > 0)) {
  console.error('--rounds is a whole number above 0, --threads a list of them, such as 1,2');
  process.exit(2);
}

const { server, address } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A page with one library on a number of threads. */
async function open(library, threads, mode) {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  page.on('pageerror', (error) => console.error(`${library}: ${error.message}`));
  await page.goto(`${address}/pages/${library}.html`);
  await page.waitForFunction('window.peer');
  await page.evaluate(([threads, mode]) => window.peer.open(threads, mode), [threads, mode]);
  return { library, mode, page };
}

/** Does one thing on each page in turn; a page that cannot is left out, and its reason told. */
async function each(pages, failures, work) {
  for (const page of pages) {
    if (failures.has(page)) continue;
    await work(page).catch((error) => failures.set(page, String(error.message).split('\n')[0].slice(0, 200)));
  }
}

/** One row: what every library took, in milliseconds by round, and the roof by round. */
async function measure(group, row, threads, pages) {
  const taking = pages.filter(({ library }) => library === 'ours' || (row.peers.includes(library) && !options['no-peers']));
  const ours = pages.find(({ library }) => library === 'ours');
  const failures = new Map();
  const [prepared, times] = [new Map(), new Map()];
  const description = { group: row.group ?? group, op: row.op, shape: row.shape, cfg: row.cfg };
  await each(taking, failures, async (page) => {
    prepared.set(page, await page.page.evaluate((row) => window.peer.prepare(row), description));
  });
  const roofs = [];
  // Training steps are longer than the others' calls.
  const ms = group === 'train' ? 8 * Number(options.ms) : Number(options.ms);
  for (let round = 0; round < rounds; round++) {
    roofs.push(await ours.page.evaluate(([threads, loop]) => window.peak(threads, loop), [threads, row.roof ?? 'peak']));
    await each(taking, failures, async (page) => {
      for (const [form, time] of Object.entries(await page.page.evaluate((ms) => window.peer.measure(ms), ms))) {
        const key = page.library === 'ours' ? 'ours' : [page.library, page.mode, form].filter(Boolean).join(' ');
        if (!times.has(key)) times.set(key, []);
        times.get(key).push(time);
      }
    });
  }
  await each(taking, failures, ({ page }) => page.evaluate(() => window.peer.close()));
  for (const [page, reason] of failures) console.error(`${page.library} ${page.mode ?? ''} cannot do ${group} ${row.op} ${row.shape}: ${reason}`);
  return { times, roofs, prepared };
}

/** Milliseconds to the row's unit. */
const speed = (row, ms) => (row.tokens ? (row.tokens / ms) * 1e3 : row.flop / ms / 1e6);
const round = (value, digits = 3) => Number(value.toPrecision(digits + 1));

/** A row of the result: the best form of each peer, and every form beside it. */
function told(group, row, threads, variant, { times, roofs, prepared }) {
  const mine = times.get('ours');
  const ours = median(mine.map((ms) => speed(row, ms)));
  const forms = Object.fromEntries([...times].filter(([key]) => key !== 'ours').map(([key, list]) => [key, round(median(list.map((ms) => speed(row, ms))))]));
  const best = (library) => Math.max(...Object.entries(forms).flatMap(([key, value]) => (key.split(' ')[0] === library ? [value] : [])));
  const peers = Object.fromEntries(row.peers.map((library) => [LIBRARIES[library].name, best(library)]).filter(([, value]) => value > 0));
  const roof = median(roofs);
  const check = [...prepared].find(([page]) => page.library === 'ours')?.[1] ?? {};
  return {
    group,
    op: row.op,
    shape: row.shape,
    threads,
    variant,
    unit: row.unit,
    ours: round(ours),
    spread: [Math.min, Math.max].map((of) => round(speed(row, of === Math.min ? Math.max(...mine) : Math.min(...mine)))),
    peers,
    fraction_of_peak: round(row.flop / median(mine) / 1e6 / roof),
    peak: round(roof),
    peer_forms: forms,
    ...(check.error !== undefined && { error: check.error }),
    ...(check.losses && { losses: Object.fromEntries([...prepared].map(([page, { losses }]) => [page.library, losses])) }),
    rounds: Object.fromEntries([...times].map(([key, list]) => [key, list.map((ms) => round(ms, 5))])),
  };
}

function print(row) {
  const best = Math.max(...Object.values(row.peers));
  const peers = Object.entries(row.peers).map(([name, value]) => `${name} ${value}`);
  const ratio = best > 0 ? `×${(row.ours / best).toFixed(2)} of the best peer (${peers.join(', ')})` : '';
  const what = `${row.group} ${row.op} ${row.shape.join('×')}, ${row.threads} thread${row.threads > 1 ? 's' : ''}`;
  const [low, high] = row.spread;
  console.log(`${what.padEnd(42)} ${String(row.ours).padStart(7)} ${row.unit.padEnd(8)} (${low}–${high})  ${(100 * row.fraction_of_peak).toFixed(0).padStart(3)} % of the peak ${row.peak}  ${ratio}`);
  if (row.losses) for (const [library, losses] of Object.entries(row.losses)) console.log(`  losses of ${library}: ${losses.map((loss) => loss.toFixed(4)).join(' ')}`);
}

const rows = [];
const peak = {};
let variant = options.variant;
for (const threads of threadCounts) {
  variant = options.variant ?? 'threads-relaxed';
  const pages = [await open('ours', threads, variant)];
  for (const library of new Set(names.flatMap((name) => GROUPS[name].flatMap((row) => row.peers)))) {
    if (options['no-peers']) break;
    for (const mode of LIBRARIES[library].modes(threads)) pages.push(await open(library, threads, mode));
  }
  for (const name of names) {
    for (const row of GROUPS[name]) {
      const result = told(name, row, threads, variant, await measure(name, row, threads, pages));
      rows.push(result);
      print(result);
    }
  }
  peak[threads] = median(rows.filter((row) => row.threads === threads && !GROUPS[row.group].find(({ op }) => op === row.op)?.roof).map((row) => row.peak));
  for (const { page } of pages) await page.close();
}
const environment = {
  date: new Date().toISOString(),
  cpu: os.cpus()[0].model,
  cores: os.cpus().length,
  browser: `Chromium ${browser.version()}`,
  rounds,
  load_average: os.loadavg()[0],
};
if (options.json) writeFileSync(options.json, `${JSON.stringify({ environment, peak, rows }, null, 1)}\n`);
console.log(`multiply-add peak: ${Object.entries(peak).map(([threads, value]) => `${value.toFixed(1)} GFLOP/s on ${threads} thread${threads > 1 ? 's' : ''}`).join(', ')}; ${environment.cpu}, ${environment.browser}`);
await browser.close();
server.close();

// Times the training step of each run of a spec on the command line and in the browser, isolated and not:
// node bench.mjs TINYAI SPEC.json   (CHROME names the browser)
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Playwright is one of the site's packages.
const { chromium } = createRequire(new URL("../../www/package.json", import.meta.url))("@playwright/test");
const [tinyai, specFile] = process.argv.slice(2);
const spec = JSON.parse(readFileSync(specFile, "utf8"));

/** What `tinyai run` measures. */
function native() {
  const folder = mkdtempSync(join(tmpdir(), "tinyai-bench-"));
  const out = join(folder, "result.json");
  execFileSync(tinyai, ["run", specFile, "--out", out], { stdio: ["ignore", "ignore", "inherit"] });
  const result = JSON.parse(readFileSync(out, "utf8"));
  rmSync(folder, { recursive: true });
  return result;
}

/** What `window.tinyai.run` measures on the page served with these arguments. */
async function browser(...args) {
  const server = spawn(process.execPath, [fileURLToPath(new URL("serve.mjs", import.meta.url)), "--port", "0", ...args]);
  try {
    const url = await new Promise((resolve, reject) => {
      server.stdout.on("data", (text) => resolve(/http:\S+/.exec(text)[0]));
      server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const chrome = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox"] });
    try {
      const page = await chrome.newPage();
      await page.goto(url);
      await page.waitForFunction(() => window.tinyai);
      return await page.evaluate((spec) => window.tinyai.run(spec), spec);
    } finally {
      await chrome.close();
    }
  } finally {
    server.kill();
  }
}

function print({ environment, runs }) {
  for (const { name, status, problem, metrics } of runs) {
    const where = `${environment.variant} (${environment.simd}, ${environment.threads} threads)`;
    if (status !== "finished") throw new Error(`${where}: run ${name} ${status}: ${problem?.message.en}`);
    const { value, unit, spread } = metrics.step_time;
    const [low, high] = spread.map((bound) => bound.toFixed(1));
    const speed = `${Math.round(metrics.tokens_per_second.value)} tokens/s`;
    console.log(`${where.padEnd(46)} ${name.padEnd(8)} step ${value.toFixed(1)} ${unit} (${low}–${high})  ${speed}`);
  }
}

// One after the other: each uses all cores.
print(native());
print(await browser());
print(await browser("--no-isolation"));

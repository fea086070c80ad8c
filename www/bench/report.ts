/** The result as a file, in the shape of `cargo xtask bench --json`; null stands for what a page cannot know. */
import type { Benchmark } from './benchmark';

export function report(bench: Benchmark): string {
  const threads = [...new Set(bench.results.map((row) => row.threads))];
  const environment = {
    date: (bench.ended ?? new Date()).toISOString(),
    cpu: null,
    cores: bench.machine.cores,
    browser: bench.machine.browser,
    rounds: bench.rounds,
    load_average: null,
  };
  const peak = Object.fromEntries(threads.map((count) => [count, bench.peak(count)]));
  return `${JSON.stringify({ environment, peak, rows: bench.results }, null, 1)}\n`;
}

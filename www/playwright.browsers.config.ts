import { defineConfig } from '@playwright/test';

// Playwright runs these tests; the browsers are steered by tests/browsers, as they come from Debian.
export default defineConfig({
  testDir: '../tests/browsers',
  outputDir: './test-results/browsers',
  // Each run trains on all cores.
  workers: 1,
  timeout: 300_000,
  // Firefox now and then hangs in a worker that starts a worker, as the benchmark's with threads do (engine/lab.ts replaces its own).
  retries: 1,
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  projects: [{ name: 'firefox' }, { name: 'webkitgtk' }, { name: 'webkitgtk-shared-memory' }],
});

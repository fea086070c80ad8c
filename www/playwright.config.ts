import { defineConfig } from '@playwright/test';

/** Where the built site is served, isolated and not. */
const PORT = Number(process.env.E2E_PORT || 4170);
const PLAIN_PORT = PORT + 1;

/** How the browser is started. */
export const LAUNCH = {
  executablePath: process.env.CHROME || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};

// One worker: the pages train on all cores, and are measured.
export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: './test-results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    baseURL: `http://localhost:${PORT}/`,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: LAUNCH,
  },
  projects: [
    { name: 'isolated', testIgnore: /no-isolation/ },
    // What isolates a page where its host does not would make it isolated here.
    { name: 'not isolated', testMatch: /no-isolation/, use: { baseURL: `http://localhost:${PLAIN_PORT}/`, serviceWorkers: 'block' } },
  ],
  webServer: [
    { command: `cargo xtask serve --no-build --port ${PORT}`, cwd: '..', port: PORT, timeout: 120_000 },
    { command: `cargo xtask serve --no-build --no-isolation --port ${PLAIN_PORT}`, cwd: '..', port: PLAIN_PORT, timeout: 120_000 },
  ],
});

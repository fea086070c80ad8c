import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';

/** Where the built site is served, isolated and not. Another work tree tested at the same time needs other ports. */
const PORT = Number(process.env.E2E_PORT || 4170);
const PLAIN_PORT = PORT + 1;

// The browser's own pages, in a process of their own for each window, and a process in reserve: 1 s of the processor for each test.
const NOT_WANTED = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'SpareRendererForSitePerProcess'];
// Only the last list counts, so this repeats what Playwright 1.65 has of Chromium's.
const NOT_WANTED_BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'LensOverlay',
  'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'TcpPortRandomizationWin',
  'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch',
];

/** How the browser is started. */
export const LAUNCH = {
  executablePath: process.env.CHROME || '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--disable-features=${[...NOT_WANTED, ...NOT_WANTED_BY_PLAYWRIGHT].join(',')}`,
  ],
};

// Two kinds of tests. What a page does is tested by several workers at once, however slow the machine is. What asserts a time or a speed,
// marked MEASURED, runs alone, once the others are done.
export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: './test-results/e2e',
  fullyParallel: true,
  workers: Math.max(2, Math.floor(availableParallelism() / 2)),
  timeout: 180_000,
  expect: { timeout: 60_000 },
  forbidOnly: !!process.env.CI,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    baseURL: `http://localhost:${PORT}/`,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    // A trace (`--trace on`) makes tests half as slow again.
    screenshot: 'only-on-failure',
    launchOptions: LAUNCH,
  },
  projects: [
    // Drawings that move take a tenth of a core from what is tested.
    { name: 'functional', testIgnore: /no-isolation/, grepInvert: /@measured|@minutes/, use: { contextOptions: { reducedMotion: 'reduce' } } },
    // What isolates a page where its host does not would make it isolated here.
    { name: 'functional, not isolated', testMatch: /no-isolation/, use: { baseURL: `http://localhost:${PLAIN_PORT}/`, serviceWorkers: 'block' } },
    { name: 'measured', grep: /@measured/, workers: 1, fullyParallel: false, dependencies: ['functional', 'functional, not isolated'] },
    // What is measured for minutes, by hand.
    { name: 'minutes', grep: /@minutes/, workers: 1, fullyParallel: false },
  ],
  webServer: [
    { command: `node ../pkg-config/node/serve.mjs --port ${PORT}`, port: PORT, timeout: 120_000 },
    { command: `node ../pkg-config/node/serve.mjs --no-isolation --port ${PLAIN_PORT}`, port: PLAIN_PORT, timeout: 120_000 },
  ],
});

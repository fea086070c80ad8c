import base, { LAUNCH } from './playwright.config';
export default {
  ...base,
  outputDir: '/tmp/kit-work/results',
  use: { ...base.use, baseURL: 'http://localhost:4270/', trace: 'off', launchOptions: LAUNCH },
  projects: [{ name: 'isolated', testIgnore: /no-isolation/ }, { name: 'not isolated', testMatch: /no-isolation/, use: { baseURL: 'http://localhost:4271/' } }],
  webServer: [
    { command: 'node ../pkg-config/node/serve.mjs --port 4270', port: 4270, reuseExistingServer: true },
    { command: 'node ../pkg-config/node/serve.mjs --port 4271 --no-isolation', port: 4271, reuseExistingServer: true },
  ],
};

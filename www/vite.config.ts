import { join } from 'node:path';
import { defineConfig } from 'vite';
import { TARGETS } from './build/baseline.ts';
import { copied } from './build/copied.ts';
import { copiedPublic, shippedEngine } from './build/engine.ts';
import { finish } from './build/finish.ts';
import { head } from './build/head.ts';
import { ISOLATION_HEADERS } from './build/headers.ts';
import { servedEngine } from './build/served-engine.ts';
import { PAGES } from './build/pages.ts';
import { buildId } from './build/build-id.ts';
import { peerBytes } from './peers.ts';

const PUBLIC = join(import.meta.dirname, 'public');
const ENGINE = join(PUBLIC, 'engine');
const CACHE = join(import.meta.dirname, '../target/compressed');
/** `cargo xtask serve --no-isolation`: as on a host that sends no headers. */
const headers = process.env.TINYAI_ISOLATION === 'off' ? {} : ISOLATION_HEADERS;

// Paths are relative, so that the built site works in any folder of any host.
export default defineConfig({
  base: './',
  publicDir: 'public',
  build: { outDir: 'dist', emptyOutDir: true, target: TARGETS, assetsInlineLimit: 0, rolldownOptions: { input: PAGES.map(({ html }) => html), checks: { pluginTimings: false } } },
  define: { BENCH_PEER_BYTES: peerBytes(), TINYAI_BUILD: JSON.stringify(buildId()) },
  plugins: [shippedEngine(ENGINE), copiedPublic(PUBLIC), copied('examples'), servedEngine(ENGINE), head(PAGES, ENGINE), finish(PAGES, { engine: ENGINE, files: PUBLIC, cache: CACHE, open: ['tinyai-lab.js'] })],
  worker: { format: 'es', plugins: () => [shippedEngine(ENGINE)] },
  // The measuring itself is in tests/bench.
  server: { headers, watch: { ignored: ['**/public/**'] }, fs: { allow: ['.', '../tests/bench'] } },
  preview: { headers },
});

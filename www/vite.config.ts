import { join } from 'node:path';
import { defineConfig } from 'vite';
import { copiedPublic, shippedEngine } from './build/engine.ts';
import { servedEngine } from './build/served-engine.ts';
import { ISOLATION_HEADERS } from './isolation.ts';
import { peerBytes } from './peers.ts';

const PUBLIC = join(import.meta.dirname, 'public');
const ENGINE = join(PUBLIC, 'engine');
/** `cargo xtask serve --no-isolation`: as on a host that sends no headers. */
const headers = process.env.TINYAI_ISOLATION === 'off' ? {} : ISOLATION_HEADERS;

// Paths are relative, so that the built site works in any folder of any host.
export default defineConfig({
  base: './',
  publicDir: 'public',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, rolldownOptions: { input: ['index.html', 'bench/index.html', 'parallel/index.html'] } },
  define: { BENCH_PEER_BYTES: peerBytes() },
  plugins: [shippedEngine(ENGINE), copiedPublic(PUBLIC), servedEngine(ENGINE)],
  worker: { format: 'es', plugins: () => [shippedEngine(ENGINE)] },
  // The measuring itself is in tests/bench.
  server: { headers, watch: { ignored: ['**/public/**'] }, fs: { allow: ['.', '../tests/bench'] } },
  preview: { headers },
});

import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import { buildId } from './build-id.ts';
import { ISOLATION_HEADERS } from './isolation.ts';
import { peerBytes } from './peers.ts';

/** Every lab has its page in its folder. */
const labPages = (): string[] => readdirSync('labs', { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? `labs/${entry.name}/index.html` : []));

// Paths are relative, so that the built site works in any folder of any host.
export default defineConfig({
  base: './',
  publicDir: 'public',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, rolldownOptions: { input: ['index.html', 'bench/index.html', 'parallel/index.html', 'embed/index.html', ...labPages()] } },
  define: { BENCH_PEER_BYTES: peerBytes(), TINYAI_BUILD: JSON.stringify(buildId()) },
  worker: { format: 'es' },
  // The measuring itself is in tests/bench.
  server: { headers: ISOLATION_HEADERS, fs: { allow: ['.', '../tests/bench'] } },
  preview: { headers: ISOLATION_HEADERS },
});

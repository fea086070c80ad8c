import { defineConfig } from 'vite';
import { ISOLATION_HEADERS } from './isolation.ts';

// Paths are relative, so that the built site works in any folder of any host.
export default defineConfig({
  base: './',
  publicDir: 'public',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
});

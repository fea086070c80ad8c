import { defineConfig } from 'vite';
import { buildId } from './build/build-id.ts';
import { TARGETS } from './build/baseline.ts';

// The engine as an ES module: `import { createLab } from 'tinyai-playground'`.
export default defineConfig({
  base: './',
  mode: 'library',
  publicDir: false,
  build: {
    outDir: 'dist-lib',
    emptyOutDir: true,
    target: TARGETS,
    lib: { entry: 'engine/index.ts', formats: ['es'], fileName: 'tinyai' },
  },
  define: { TINYAI_BUILD: JSON.stringify(buildId()) },
  worker: { format: 'es' },
});

import { defineConfig } from 'vite';
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
  worker: { format: 'es' },
});

/** The last steps of a build of the site: what it may not contain is refused, and what hosts need is added. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { fontsOf, type SitePage } from './pages.ts';
import { aboveBaseline } from './baseline.ts';
import { MAX_FIRST_PAGE_BYTES, MAX_SCRIPT_BYTES, scriptBytes, type Chunk } from './budget.ts';
import { compressAll } from './compress.ts';
import { builtIn } from './engine-folder.ts';
import { headersFile, rulesOf } from './headers.ts';

/** Where things are. */
export interface Places {
  engine: string;
  /** Files that are copied as they are, fonts among them. */
  files: string;
  /** Compressed files of earlier builds. */
  cache: string;
  /** Files of lasting names, below the root of the site, that pages of other sites load. */
  open?: string[];
}

export function finish(pages: SitePage[], { engine, files, cache, open = [] }: Places): Plugin {
  let output: string | undefined;
  return {
    name: 'tinyai-finish',
    apply: 'build',
    buildStart() {
      // Scripts of their own names at the root of the site: a service worker's folder is all it sees.
      this.emitFile({ type: 'chunk', id: 'isolation/main.ts', fileName: 'isolation.js' });
      for (const fileName of open) this.emitFile({ type: 'chunk', id: fileName.replace(/\.js$/, '.ts'), fileName });
      this.emitFile({ type: 'chunk', id: 'isolation/worker.ts', fileName: 'isolation-worker.js' });
    },
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file as Chunk] : []));
      for (const page of pages) {
        const { html } = page;
        const bytes = scriptBytes(html, chunks);
        const fonts = fontsOf(page).reduce((sum, font) => sum + statSync(join(files, font)).size, 0);
        if (html === 'index.html' && bytes + fonts > MAX_FIRST_PAGE_BYTES) this.error(`${html} loads ${bytes} bytes of compressed script and ${fonts} of fonts, together more than ${MAX_FIRST_PAGE_BYTES}`);
        if (bytes > MAX_SCRIPT_BYTES) this.error(`${html} loads ${bytes} bytes of compressed script, more than the ${MAX_SCRIPT_BYTES} that a visitor should wait for`);
      }
      for (const file of Object.values(bundle)) {
        const code = file.type === 'chunk' ? file.code : file.fileName.endsWith('.js') ? String(file.source) : '';
        const found = aboveBaseline(code);
        if (found.length > 0) this.error(`${file.fileName} uses what the oldest supported browsers lack: ${found.join(', ')}`);
      }
    },
    writeBundle: ({ dir }) => void (output = dir),
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
        if (!output || !existsSync(output)) return;
        const folders = builtIn(engine).map((build) => build.folder);
        writeFileSync(join(output, '_headers'), headersFile(rulesOf(pages, folders, open)));
        // GitHub Pages would leave out what begins with an underscore.
        writeFileSync(join(output, '.nojekyll'), '');
        await compressAll(output, cache);
      },
    },
  };
}

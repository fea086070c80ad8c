/** A folder of pages that the built site has as they are, for whoever copies them. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';

export function copied(folder: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'tinyai-copied',
    configResolved: (resolved) => void (config = resolved),
    writeBundle: () => cpSync(join(config.root, folder), join(config.root, config.build.outDir, folder), { recursive: true }),
    // While the site is worked on, scripts go by the names of their sources.
    configureServer: ({ middlewares }) =>
      void middlewares.use((request, _, next) => {
        if (request.url === '/tinyai-lab.js') request.url = '/tinyai-lab.ts';
        next();
      }),
  };
}

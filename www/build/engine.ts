/**
 * The engine's files on the site. A built site has each build in a folder named after its content, so that it may be kept by browsers
 * for good; which folders there are is compiled into the script (`engine/shipped.ts`) and stands in `engine/builds.json`, too.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin, ResolvedConfig } from 'vite';
import { builtIn, contentOf, shippedOf, type Built } from './engine-folder.ts';

/** Folders of the engine base that are no variants of the engine and are copied as they are. */
const OTHERS = ['peak'];

/** The module that lists the builds; belongs into `plugins` and, since workers load the engine, into `worker.plugins`. */
export function shippedEngine(engine: string): Plugin {
  return {
    name: 'tinyai-shipped-engine',
    apply: 'build',
    load: (id) => (/\/engine\/shipped\.ts(\?.*)?$/.test(id) ? `export const SHIPPED = ${JSON.stringify(folders(builtIn(engine)))};` : null),
  };
}

/** Copies `public/` into the built site, with the engine's folders under their lasting names. */
export function copiedPublic(publicDir: string): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'tinyai-copied-public',
    apply: 'build',
    config: () => ({ build: { copyPublicDir: false } }),
    configResolved: (resolved) => void (config = resolved),
    writeBundle() {
      const output = join(config.root, config.build.outDir);
      for (const entry of existsSync(publicDir) ? readdirSync(publicDir) : []) {
        if (entry !== 'engine') cpSync(join(publicDir, entry), join(output, entry), { recursive: true });
      }
      copyEngine(join(publicDir, 'engine'), join(output, 'engine'));
    },
  };
}

function copyEngine(from: string, to: string): void {
  const built = builtIn(from);
  for (const build of built) for (const file of build.files) copy(join(from, build.name, file), join(to, build.folder, file));
  for (const other of OTHERS) if (existsSync(join(from, other))) cpSync(join(from, other), join(to, other), { recursive: true });
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, 'builds.json'), `${JSON.stringify(folders(built), null, 1)}\n`);
}

const folders = (built: Built[]) => shippedOf(built, (build) => build.folder);

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, contentOf(from));
}

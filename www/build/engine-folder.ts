/** What `cargo xtask build` has put into `public/engine/`, a folder each variant. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Shipped } from '../engine/shipped.ts';

/** Folders of builds for trying out a change (`cargo xtask serve`), which are never shipped. */
const DEV = /-dev$/;
/** What the browser never asks for. */
const UNASKED = /\.d\.ts$|^\.gitignore$/;

/** One variant as built. */
export interface Built extends Shipped {
  /** The variant. */
  name: string;
  /** Paths below the folder of what the browser loads, in a fixed order. */
  files: string[];
}

/** The variants in a folder, by name; none where the folder is missing. What is not a whole build is left out. */
export function builtIn(folder: string): Built[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return names.sort().flatMap((name) => {
    const own = join(folder, name);
    if (DEV.test(name) || !existsSync(join(own, 'tinyai_bg.wasm')) || !existsSync(join(own, 'tinyai.js'))) return [];
    const files = filesIn(own);
    return [{ name, folder: `${name}-${hashOf(own, files)}`, dev: false, files }];
  });
}

/** `builtIn` as the page knows it. */
export function shippedOf(built: Built[], folderOf: (build: Built) => string): Record<string, Shipped> {
  return Object.fromEntries(built.map((build) => [build.name, { folder: folderOf(build), dev: build.dev }]));
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : []));
  return files.map((file) => file.replaceAll('\\', '/')).filter((file) => !UNASKED.test(file.split('/').at(-1)!)).sort();
}

/** How wasm-bindgen-rayon starts a thread, and how wasm-bindgen wants it: in the old way, each thread warns once. */
const STARTS = ['pkg.default(data.module, data.memory)', 'pkg.default({ module_or_path: data.module, memory: data.memory })'] as const;

/** What the browser gets of a file that was built. */
export function contentOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return /workerHelpers[^/\\]*\.js$/.test(path) ? Buffer.from(bytes.toString('utf8').replace(...STARTS)) : bytes;
}

/** Eight hex digits of the SHA-256 of all names and contents. */
function hashOf(folder: string, files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = contentOf(join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex').slice(0, 8);
}

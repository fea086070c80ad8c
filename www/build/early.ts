/** What a page fetches before its scripts ask for it (`inline/early.js`). */
import { RANK_VARIANTS, VARIANTS } from '../engine/variant-list.ts';
import type { Early } from '../labs/catalogue.ts';
import type { Built } from './engine-folder.ts';

/** One build and what it needs of the page and the browser; every browser of the baseline has fixed-width SIMD. */
interface EarlyBuild {
  threads: boolean;
  relaxed: boolean;
  files: string[];
}

/** Paths below `root`, the way from the page to the root of the site. */
export interface EarlyPlan {
  root: string;
  always: string[];
  /** For each engine that the page needs its builds, best first. */
  engines: EarlyBuild[][];
  /** By language; only where the address brings no experiment of its own. */
  assets: Record<'en' | 'zh', string[]>;
}

/** The plan of a page; `outputs` are the files of the bundle. */
export function planOf(early: Early, root: string, built: Built[], outputs: string[]): EarlyPlan {
  const always = early.workers.map((worker) => {
    const found = outputs.filter((file) => file.startsWith(`assets/${worker}-`) && file.endsWith('.js'));
    if (found.length !== 1) throw new Error(`pages.ts names the worker ${worker}; the bundle has ${found.length} scripts of that name`);
    return found[0]!;
  });
  const engines = early.engines.map((engine) => (engine === 'ranks' ? RANK_VARIANTS : VARIANTS).flatMap(({ name, needs }) => {
    const build = built.find((build) => build.name === name);
    if (!build) return [];
    return [{ threads: needs.includes('threads'), relaxed: needs.includes('relaxedSimd'), files: build.files.map((file) => `engine/${build.folder}/${file}`) }];
  }));
  return { root, always, engines, assets: early.assets };
}

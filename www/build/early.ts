/** What a page fetches before its scripts ask for it (`inline/early.js`). */
import { RANK_VARIANTS, VARIANTS } from '../engine/variant-list.ts';
import type { Early } from '../pages.ts';
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
  /** Best first. */
  builds: EarlyBuild[];
  /** Only where the address brings no experiment of its own. */
  assets: string[];
}

/** The plan of a page; `outputs` are the files of the bundle. */
export function planOf(early: Early, root: string, built: Built[], outputs: string[]): EarlyPlan {
  const worker = outputs.filter((file) => file.startsWith(`assets/${early.worker}-`) && file.endsWith('.js'));
  if (worker.length !== 1) throw new Error(`pages.ts names the worker ${early.worker}; the bundle has ${worker.length} scripts of that name`);
  const builds = (early.engine === 'ranks' ? RANK_VARIANTS : VARIANTS).flatMap(({ name, needs }) => {
    const build = built.find((build) => build.name === name);
    if (!build) return [];
    return [{ threads: needs.includes('threads'), relaxed: needs.includes('relaxedSimd'), files: build.files.map((file) => `engine/${build.folder}/${file}`) }];
  });
  return { root, always: worker, builds, assets: early.assets };
}

/** What a page fetches before its scripts ask for it (`inline/early.js`). */
import { RANK_VARIANTS, VARIANTS } from '../engine/variant-list.ts';
import type { CataloguedLab } from '../labs/catalogue.ts';
import { loadedWith, ofPage, type Chunk } from './budget.ts';
import type { Built } from './engine-folder.ts';
import { fontsOf, type SitePage } from './pages.ts';

type Language = 'en' | 'zh';

/** One build and what it needs of the page and the browser; every browser of the baseline has fixed-width SIMD. */
interface EarlyBuild {
  threads: boolean;
  relaxed: boolean;
  files: string[];
}

/** Paths below `root`, the way from the page to the root of the site. */
export interface EarlyPlan {
  root: string;
  /** Modules of the lab, by language, that the page's own import later. */
  modules: Record<Language, string[]>;
  /** By language: what is drawn before the scripts know that it is. */
  fonts: Record<Language, string[]>;
  always: string[];
  /** For each engine that the page needs its builds, best first. */
  engines: EarlyBuild[][];
  /** By language; only where the address brings no experiment of its own. */
  assets: Record<Language, string[]>;
}

/** The plan of the page of a lab; the bundle's files by their names. */
export function planOf(page: SitePage, { id, early }: CataloguedLab, root: string, built: Built[], bundle: Record<string, { type: string }>): EarlyPlan {
  const { html } = page;
  const always = early.workers.map((worker) => {
    const found = Object.keys(bundle).filter((file) => file.startsWith(`assets/${worker}-`) && file.endsWith('.js'));
    if (found.length !== 1) throw new Error(`the catalogue names the worker ${worker}; the bundle has ${found.length} scripts of that name`);
    return found[0]!;
  });
  const chunks = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file as Chunk] : []));
  const engines = early.engines.map((engine) => (engine === 'ranks' ? RANK_VARIANTS : VARIANTS).flatMap(({ name, needs }) => {
    const build = built.find((build) => build.name === name);
    if (!build) return [];
    return [{ threads: needs.includes('threads'), relaxed: needs.includes('relaxedSimd'), files: build.files.map((file) => `engine/${build.folder}/${file}`) }];
  }));
  const modules = { en: modulesOf(html, id, 'en', chunks), zh: modulesOf(html, id, 'zh', chunks) };
  return { root, modules, fonts: { en: [], zh: fontsOf(page) }, always, engines, assets: early.assets };
}

/** The scripts of a lab and its texts, without those that come with the page anyway. */
function modulesOf(html: string, lab: string, language: Language, chunks: Chunk[]): string[] {
  const sources = [`/labs/${lab}/definition.ts`, `/labs/${lab}/text/${language}.ts`, `/shell/text/${language}.ts`];
  const missing = sources.filter((source) => !chunks.some(({ moduleIds }) => moduleIds.some((id) => id.endsWith(source))));
  if (missing.length > 0) throw new Error(`the bundle has no ${missing.join(', ')}`);
  const there = loadedWith(ofPage(html), chunks);
  const wanted = loadedWith(({ moduleIds }) => moduleIds.some((id) => sources.some((source) => id.endsWith(source))), chunks);
  return wanted.filter((chunk) => !there.includes(chunk)).map(({ fileName }) => fileName);
}

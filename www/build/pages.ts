/** The pages of the site, and what each needs as soon as it is opened. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import defaultSpec from '../types/generated/default_spec.json' with { type: 'json' };

/** What is fetched beside the scripts, before they ask for it. */
export interface Early {
  /** The scripts of the workers that the page starts: their sources' names without `.ts`. */
  workers: string[];
  /** Whose builds: the engine's own, those of ranks, or both. */
  engines: ('engine' | 'ranks')[];
  /** Files below the site's root that the first experiment in a language needs; not fetched where the address brings another one. */
  assets: Record<'en' | 'zh', string[]>;
}

/** A page, by its source below `www/`. */
export interface SitePage {
  html: string;
  /** Meant for frames of other sites: it takes no part in cross-origin isolation of its own accord. */
  framed?: boolean;
  early?: Early;
}

const MODEL_FILES = ['config.json', 'tokenizer.json', 'model.safetensors'];
const { model, data } = defaultSpec.base;
const fineTuned = [...MODEL_FILES.map((file) => `models/${model.base}/${file}`), `corpora/${data.corpus}.txt`];

/** What the labs' first experiments need; `pages.test.ts` asks the labs themselves. */
export const EARLY: Record<string, Early> = {
  'from-scratch': { workers: ['engine.worker'], engines: ['engine'], assets: { en: ['corpora/shakespeare-plays.txt'], zh: ['corpora/tang-poems.txt'] } },
  'fine-tuning': { workers: ['engine.worker'], engines: ['engine'], assets: { en: fineTuned, zh: fineTuned } },
  parallel: { workers: ['engine.worker', 'rank.worker'], engines: ['engine', 'ranks'], assets: { en: [], zh: [] } },
};

const LABS = join(import.meta.dirname, '../labs');
const labs = readdirSync(LABS, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

export const PAGES: SitePage[] = [
  { html: 'index.html', early: EARLY['from-scratch']! },
  ...labs.map((lab) => ({ html: `labs/${lab}/index.html`, ...(EARLY[lab] && { early: EARLY[lab] }) })),
  { html: 'bench/index.html' },
  { html: 'parallel/index.html' },
  { html: 'embed/index.html', framed: true },
];

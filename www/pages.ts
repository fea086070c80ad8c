/** The pages of the site, and what each needs as soon as it is opened. */
import defaultSpec from './types/generated/default_spec.json' with { type: 'json' };

/** What is fetched beside the scripts, before they ask for it. */
export interface Early {
  /** The script of the worker that the page starts: its source's name without `.ts`. */
  worker: string;
  /** Whose builds: the engine's own, or those of ranks. */
  engine: 'engine' | 'ranks';
  /** Files below the site's root that the page's first experiment needs; not fetched where the address brings another experiment. */
  assets: string[];
}

/** A page, by its source below `www/`. */
export interface SitePage {
  html: string;
  /** Meant for frames of other sites: it takes no part in cross-origin isolation of its own accord. */
  framed?: boolean;
  early?: Early;
}

const { model, data } = defaultSpec.base;
const MODEL_FILES = ['config.json', 'tokenizer.json', 'model.safetensors'];

export const PAGES: SitePage[] = [
  {
    html: 'index.html',
    early: { worker: 'engine.worker', engine: 'engine', assets: [...MODEL_FILES.map((file) => `models/${model.base}/${file}`), `corpora/${data.corpus}.txt`] },
  },
  { html: 'parallel/index.html', early: { worker: 'rank.worker', engine: 'ranks', assets: [] } },
  { html: 'bench/index.html' },
];

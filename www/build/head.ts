/**
 * What every page begins with, whatever its source says: the language and appearance it will have, what to fetch first, and a word to
 * those whose browser runs no scripts or is too old. Inline scripts are few and short, and the same for the same build.
 */
import type { Plugin } from 'vite';
import type { SitePage } from './pages.ts';
import { BASELINE_TEXT } from './baseline.ts';
import { planOf, type EarlyPlan } from './early.ts';
import { builtIn } from './engine-folder.ts';
import { squeezed } from './inline/squeeze.ts';

const CHARSET = /<meta charset="utf-8"\s*\/?>/i;
const NO_SCRIPT = { en: 'This page trains models in your browser, for which it needs JavaScript.', zh: '本页在浏览器中训练模型，需要启用 JavaScript。' };
const STYLE = 'noscript p,#below-baseline{margin:1rem}#below-baseline{display:none}.below-baseline #below-baseline{display:block}';

/** `engine` is where the engine's builds are. Belongs after the plugins that change pages. */
export function head(pages: SitePage[], engine: string): Plugin {
  const boot = squeezed('boot.js');
  const early = squeezed('early.js');
  return {
    name: 'tinyai-head',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle }) {
        const page = pages.find((page) => `/${page.html}` === path);
        if (!page) return html;
        const root = '../'.repeat(page.html.split('/').length - 1) || './';
        // While the site is worked on, its files come unbundled: there is nothing to fetch early.
        const plan = bundle && page.lab && planOf(page, page.lab, root, builtIn(engine), bundle);
        const isolation = bundle && !page.framed ? `<script type="module" async src="${root}isolation.js"></script>` : '';
        return dressed(html, `<script>${boot}</script><style>${STYLE}</style>${plan ? `<script>${withPlan(early, plan)}</script>` : ''}${isolation}`);
      },
    },
  };
}

const withPlan = (script: string, plan: EarlyPlan): string => script.replace('(PLAN)', () => `(${JSON.stringify(plan)})`);

/** The page with what its head begins with; its encoding stays first, for browsers look for it in the first kilobyte only. */
export function dressed(html: string, begin: string): string {
  if (!CHARSET.test(html)) throw new Error('a page has no <meta charset="utf-8" />');
  const words = (id: string, { en, zh }: { en: string; zh: string }) => `<p${id} role="alert">${en}<br><span lang="zh-CN">${zh}</span></p>`;
  return html
    .replace(CHARSET, (charset) => charset + begin)
    .replace(/<body[^>]*>/, (body) => `${body}<noscript>${words('', NO_SCRIPT)}</noscript>${words(' id="below-baseline"', BASELINE_TEXT)}`);
}

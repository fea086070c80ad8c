/**
 * The headers of every file of the site, path by path, as a file `_headers` that Netlify and Cloudflare read; the server of
 * `cargo xtask serve --no-build` follows it, too. No two rules set the same header for the same path: hosts differ in what they make of it.
 */
import type { SitePage } from './pages.ts';

/** The headers of the paths that a pattern names; `*` at its end stands for any rest. */
export interface Rule {
  pattern: string;
  headers: Record<string, string>;
}

/** Threads need shared memory, and that a page that takes nothing from other sites unasked: cross-origin isolation. */
const ALONE = { 'Cross-Origin-Opener-Policy': 'same-origin' };
/** A worker's script needs it, too, where its page has it. */
const ASKED = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
const OWN = { 'Cross-Origin-Resource-Policy': 'same-origin' };
/** Any page may load it, isolated ones too. */
const ANYONE = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
const CHECKED = { 'Cache-Control': 'no-cache' };
/** Its name changes with its content. */
const LASTING = { 'Cache-Control': 'public, max-age=31536000, immutable' };

/** What makes a page isolated, whatever it is. */
export const ISOLATION_HEADERS = { ...ALONE, ...ASKED, ...OWN };

/**
 * The rules for the site's pages, for the engine's folders whose names carry their content, and for `open`: files of lasting names that
 * pages of other sites load.
 */
export function rulesOf(pages: SitePage[], engineFolders: string[], open: string[] = []): Rule[] {
  const rule = (pattern: string, ...headers: Record<string, string>[]): Rule => ({ pattern, headers: Object.assign({}, ...headers) as Record<string, string> });
  return [
    ...pages.flatMap(({ html, framed }) =>
      // A frame has no opener; it may stand in an isolated page, which takes only frames that are as strict as itself.
      addressesOf(html).map((address) => rule(address, CHECKED, ASKED, ...(framed ? [{ 'Cross-Origin-Resource-Policy': 'cross-origin' }] : [ALONE, OWN]))),
    ),
    rule('/assets/*', LASTING, ASKED, ANYONE),
    ...engineFolders.map((folder) => rule(`/engine/${folder}/*`, LASTING, ASKED, ANYONE)),
    ...open.map((file) => rule(`/${file}`, CHECKED, ASKED, ANYONE)),
    rule('/fonts/serif-*', LASTING, ANYONE),
    rule('/engine/builds.json', CHECKED, ANYONE),
    rule('/engine/peak/*', CHECKED, ANYONE),
    rule('/models/*', CHECKED, ANYONE),
    rule('/corpora/*', CHECKED, ANYONE),
    rule('/bench/pages/*', CHECKED, ASKED, OWN),
    rule('/bench/peers/*', CHECKED, ASKED, OWN),
    rule('/isolation.js', CHECKED),
    rule('/isolation-worker.js', CHECKED),
  ];
}

/** The addresses of a page: with the name of its file, and that of its folder. */
function addressesOf(html: string): string[] {
  const folder = /^(.*\/)?index\.html$/.exec(html);
  return folder ? [`/${folder[1] ?? ''}`, `/${html}`] : [`/${html}`];
}

/** The file `_headers`. */
export function headersFile(rules: Rule[]): string {
  const lines = ({ pattern, headers }: Rule): string => [pattern, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  return `${rules.map(lines).join('\n\n')}\n`;
}

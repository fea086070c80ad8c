/** Serves the benchmark's pages, its packages and the engine to one browser, cross-origin isolated; all lie where the site has them. */
import { createServer } from 'node:http';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cache-Control': 'no-store' };

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOTS = {
  '/bench/pages/': here('pages'),
  '/bench/peers/': here('node_modules'),
  '/engine/': here('../../www/public/engine'),
  // The built site, for what is measured on its own pages.
  '/site/': here('../../www/dist'),
};

/** The file that a path names, if it is below one of the roots. */
function find(path) {
  const prefix = Object.keys(ROOTS).find((prefix) => path.startsWith(prefix));
  if (!prefix) return undefined;
  const file = resolve(ROOTS[prefix], path.slice(prefix.length) + (path.endsWith('/') ? 'index.html' : ''));
  return file.startsWith(resolve(ROOTS[prefix]) + sep) && existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/** The server and its address, on any free port of this machine alone. */
export function serve() {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.split('?')[0]);
    const file = find(path);
    if (!file) {
      response.writeHead(path === '/favicon.ico' ? 204 : 404, HEADERS).end();
      return;
    }
    response.writeHead(200, { ...HEADERS, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Length': statSync(file).size });
    createReadStream(file).pipe(response);
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ server, address: `http://localhost:${server.address().port}` })));
}

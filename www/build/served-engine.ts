/**
 * The engine's files while the site is being worked on. `cargo xtask serve` says in `public/engine/served.json` which builds are of the
 * sources as they are; pages hear of every change (`dev-client.ts`), and xtask hears which builds their browsers ask for.
 */
import { existsSync, readFileSync, statSync, unwatchFile, watchFile } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import type { Shipped } from '../engine/shipped.ts';
import { builtIn, contentOf, shippedOf } from './engine-folder.ts';

/** The event that tells pages of new builds; its data are what `engine/shipped.ts` then has. */
export const ENGINE_EVENT = 'tinyai:engine';
/** Below the engine base: `wanted/VARIANT` is the build that a browser would load if it were there. */
const WANTED = /^\/engine\/wanted\/([a-z0-9-]+)$/;
/** How often the list of builds is looked at; watchers of the system miss files that are renamed. */
const LOOK_MILLISECONDS = 200;
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** What there is now: xtask's list, or without it all that is in the folder. */
export function servedIn(engine: string): Record<string, Shipped> {
  const list = resolve(engine, 'served.json');
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8')) as Record<string, Shipped>;
  return shippedOf(builtIn(engine), (build) => build.name);
}

export function servedEngine(engine: string): Plugin {
  return {
    name: 'tinyai-served-engine',
    apply: 'serve',
    load: (id) => (/\/engine\/shipped\.ts(\?.*)?$/.test(id) ? `export const SHIPPED = ${JSON.stringify(servedIn(engine))};` : null),
    transformIndexHtml: () => [{ tag: 'script', attrs: { type: 'module', src: '/build/dev-client.ts' }, injectTo: 'head' }],
    configureServer(server) {
      const list = resolve(engine, 'served.json');
      const look = (): void => announce(server, servedIn(engine));
      watchFile(list, { interval: LOOK_MILLISECONDS }, look);
      // A server that starts again because of its configuration overlaps with the one before it.
      server.httpServer?.once('close', () => unwatchFile(list, look));
      endWithParent(server);
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
        const wanted = WANTED.exec(path)?.[1];
        if (wanted) {
          // `pkg-config/xtask/src/serve/server.rs` reads this line.
          if (process.env.TINYAI_SERVE) console.log(`tinyai-wants ${wanted}`);
          response.writeHead(204).end();
        } else if (!path.startsWith('/engine/') || !send(engine, path.slice('/engine/'.length), response)) next();
      });
    },
  };
}

function announce(server: ViteDevServer, served: Record<string, Shipped>): void {
  for (const [id, module] of server.moduleGraph.idToModuleMap) {
    if (/\/engine\/shipped\.ts(\?.*)?$/.test(id)) server.moduleGraph.invalidateModule(module);
  }
  server.ws.send({ type: 'custom', event: ENGINE_EVENT, data: served });
}

/** Sends a file of the engine's folder; false if there is none, or if it is a script of the site (`www/engine/`). */
function send(engine: string, path: string, response: ServerResponse): boolean {
  const file = resolve(engine, path);
  const type = TYPES[extname(file)];
  if (!type || !file.startsWith(resolve(engine) + sep) || !existsSync(file) || !statSync(file).isFile()) return false;
  const bytes = contentOf(file);
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length, 'Cache-Control': 'no-store' }).end(bytes);
  return true;
}

/** xtask holds the other end of the standard input: when it ends, however it ends, so does the server. */
function endWithParent(server: ViteDevServer): void {
  if (!process.env.TINYAI_SERVE) return;
  process.stdin.resume();
  process.stdin.once('end', () => void server.close().finally(() => process.exit()));
}

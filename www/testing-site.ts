/** A small site for tests of what depends on a server: scripts bundled on the spot, headers at will, two origins. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'vite';

/** This folder, in which the tests are run. */
const ROOT = process.cwd();

/** The bundled files by path: `page.js` is the entry. */
export type Bundle = Map<string, string | Uint8Array>;

/** Bundles a page's script, given from this folder, and the workers that it names, as one build. */
export async function bundle(entry: string, buildId = 'test'): Promise<Bundle> {
  const built = await build({
    configFile: false,
    root: ROOT,
    base: './',
    logLevel: 'error',
    publicDir: false,
    define: { TINYAI_BUILD: JSON.stringify(buildId) },
    worker: { format: 'es' },
    build: { write: false, target: 'es2022', assetsInlineLimit: 0, modulePreload: false, rolldownOptions: { input: join(ROOT, entry), output: { entryFileNames: 'page.js' } } },
  });
  if (!('output' in built)) throw new Error('the bundler gave no output');
  return new Map(built.output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]));
}

/** What a path is answered with. */
export interface Answer {
  body: string | Uint8Array;
  type: string;
  status?: number;
  headers?: Record<string, string>;
}

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.txt': 'text/plain' };

/** A bundled file, or one of `public/`; null where there is none. */
export async function fileAt(files: Bundle, path: string): Promise<Answer | null> {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const bundled = files.get(path);
  if (bundled !== undefined) return { body: bundled, type };
  return readFile(join(ROOT, 'public', path)).then(
    (body) => ({ body, type }),
    () => null,
  );
}

/** A server on a free port of this machine. */
export class Site {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(answer: (path: string) => Promise<Answer | null>): Promise<Site> {
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
      site.asked.push(path);
      void answer(path).then((found) => {
        const { body, type, status = 200, headers = {} } = found ?? { body: 'not found', type: 'text/plain', status: 404 };
        response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const site = new Site(server, (server.address() as AddressInfo).port);
    return site;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

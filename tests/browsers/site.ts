/** Serves `www/dist` to one browser: it can leave builds of the engine out, and pages tell what goes wrong in them. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, resolve } from 'node:path';
import { ISOLATION_HEADERS } from '../../www/build/headers';

declare global {
  interface Window {
    /** Errors of the page since it began to load. */
    recordedErrors: string[];
  }
}

/** Playwright runs in `www/`. */
const DIST = resolve('dist');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Runs in the page before all else. Not every browser tells its driver of what goes to the console. */
function record(): void {
  const errors: string[] = (window.recordedErrors = []);
  const text = (thrown: unknown): string => (thrown instanceof Error ? `${thrown}\n${thrown.stack}` : String(thrown));
  const onError = (event: Event): void => {
    const { target } = event;
    if (event instanceof ErrorEvent) errors.push(event.error ? text(event.error) : event.message);
    else if (target instanceof HTMLElement) errors.push(`did not load: ${target.outerHTML}`);
  };
  // Of elements whose file does not load, the event does not bubble.
  window.addEventListener('error', onError, { capture: true });
  window.addEventListener('unhandledrejection', ({ reason }) => errors.push(text(reason)));
  const { error } = console;
  console.error = (...words: unknown[]): void => {
    errors.push(words.map(text).join(' '));
    error.apply(console, words);
  };
}

/** The server of one test worker. */
export class Site {
  /** The only build of the engine that is there; null: all. */
  only: string | null = null;
  /** Builds whose file was asked for and sent. */
  readonly sent = new Set<string>();
  /** Addresses that nothing is at, builds that were left out aside. */
  readonly missed: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<Site> {
    const site = new Site();
    site.server.listen(0, 'localhost');
    await once(site.server, 'listening');
    return site;
  }

  address(path: string): string {
    return new URL(path, `http://localhost:${(this.server.address() as AddressInfo).port}/`).href;
  }

  /** Before a test: which builds there are, and nothing noted. */
  reset(only: string | null): void {
    this.only = only;
    this.sent.clear();
    this.missed.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
    const build = /\/engine\/([\w-]+)-[0-9a-f]{8}\/tinyai/.exec(path)?.[1];
    const left = build !== undefined && this.only !== null && build !== this.only;
    const file = join(DIST, normalize(path.endsWith('/') ? `${path}index.html` : path));
    const body = left ? null : await readFile(file).catch(() => null);
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    if (!body) {
      if (!left) this.missed.push(path);
      response.writeHead(404).end();
      return;
    }
    if (build && path.endsWith('.wasm')) this.sent.add(build);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.setHeader('Content-Type', type);
    response.end(type.startsWith('text/html') ? body.toString().replace('<head>', `<head><script>(${record})()</script>`) : body);
  }
}

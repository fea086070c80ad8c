/**
 * A service worker for hosts that send no headers, GitHub Pages among them: it adds to the site's own pages what makes them cross-origin
 * isolated, so that they have threads. Only a page that is not isolated registers it (`register.ts`).
 */
import { isApart } from './apart';

/** What this file uses of a service worker's global; the library of types that has it all excludes that of pages. */
interface ServiceWorker {
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: { waitUntil(promise: Promise<unknown>): void }) => void): void;
  addEventListener(type: 'fetch', listener: (event: { request: Request; respondWith(response: Promise<Response>): void }) => void): void;
}

const worker = self as unknown as ServiceWorker;

const SITE = new URL('./', worker.location.href).pathname;
/** What decides on isolation: pages, the frames in them, and workers. */
const DESTINATIONS = ['document', 'iframe', 'frame', 'worker', 'sharedworker'];

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== worker.location.origin || !DESTINATIONS.includes(request.destination) || isApart(pathname, SITE)) return;
  event.respondWith(fetch(request).then(isolated));
});

function isolated(response: Response): Response {
  // A redirection is opaque to whoever follows it later.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

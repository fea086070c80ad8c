/** Counts what a page holds, to find what was started and not ended. Chromium only: it asks over the DevTools protocol. */
import { expect, type Page } from '../../www/testing';

/** What a page and its workers hold after garbage was collected. */
export interface Held {
  /** Dedicated workers of all pages of the browser, workers of workers included. */
  workers: number;
  /** Listeners of events on the page, those that the browser adds itself included. */
  listeners: number;
  /** Nodes of the DOM that are still referred to, whether in the document or not. */
  nodes: number;
  /** Object URLs that were made and not revoked since {@link countObjectUrls}. */
  objectUrls: number;
  /** Used bytes of the page's JavaScript heap. Memory of WebAssembly and of workers is not in it. */
  heapBytes: number;
}

/** Counts object URLs from the next load of a page on; without it {@link held} counts none. */
export async function countObjectUrls(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const urls = new Set<string>();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (object) => {
      const url = createObjectURL.call(URL, object);
      urls.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      urls.delete(url);
      revokeObjectURL.call(URL, url);
    };
    Object.defineProperty(window, 'openObjectUrls', { get: () => urls.size });
  });
}

/** What the page holds now. */
export async function held(page: Page): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  const browser = await page.context().browser()!.newBrowserCDPSession();
  try {
    await session.send('Performance.enable');
    // What finalizers let go of is garbage of the second collection.
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const metric = (name: string): number => metrics.find((metric) => metric.name === name)!.value;
    const { targetInfos } = await browser.send('Target.getTargets', { filter: [{ type: 'worker' }] });
    return {
      workers: targetInfos.length,
      listeners: metric('JSEventListeners'),
      nodes: metric('Nodes'),
      objectUrls: await page.evaluate(() => (window as Window & { openObjectUrls?: number }).openObjectUrls ?? 0),
      heapBytes: metric('JSHeapUsedSize'),
    };
  } finally {
    await session.detach();
    await browser.detach();
  }
}

/**
 * Does something that should leave nothing behind, `times` times, and expects the page to hold what it held before: no more workers, not
 * a listener, a node or an object URL for each time, and a heap within `heapBytes`. `nodes`: by how many what the page shows may differ.
 * The first two times are not counted: they fill caches and compile.
 */
export async function expectNoLeak(page: Page, once: () => Promise<unknown>, { times = 20, heapBytes = 2 ** 20, nodes = 0 } = {}): Promise<void> {
  for (let i = 0; i < 2; i++) await once();
  const before = await held(page);
  for (let i = 0; i < times; i++) await once();
  // Workers that were ended, and what timers and the browser's own caches refer to, go a while later.
  await expect
    .poll(
      async () => {
        const after = await held(page);
        const most = { workers: 0, listeners: times - 1, objectUrls: times - 1, nodes: times - 1 + nodes, heapBytes };
        return Object.entries(most).flatMap(([each, most]) => {
          const more = after[each as keyof Held] - before[each as keyof Held];
          return more > most ? [`${more} ${each}`] : [];
        });
      },
      { message: `what there is more after ${times} times`, intervals: [100, 1000, 5000] },
    )
    .toEqual([]);
}

/** Isolates a page whose host does not, by a service worker and one reload. Where that cannot be, the page goes on with one thread. */

/** The parts of a window that decide on it. */
export interface IsolationWorld {
  crossOriginIsolated: boolean;
  /** Frames belong to the page around them: it decides. */
  framed: boolean;
  /** Undefined in private windows of some browsers, and where the page did not come by https. */
  serviceWorker: Pick<ServiceWorkerContainer, 'register' | 'controller' | 'ready'> | undefined;
  /** May throw where storage is blocked. */
  session: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Whether a person has done something here that a reload would end. */
  touched: () => boolean;
  reload(): void;
  /** Resolves with undefined when a worker that has not started will not be waited for any longer. */
  patience(): Promise<undefined>;
}

const TRIED = 'tinyai-isolation';

/** What became of it. */
export type Outcome = 'isolated' | 'not possible' | 'tried already' | 'reloading' | 'next time';

/** `script` is the service worker's; its folder is the whole site. */
export async function isolate(world: IsolationWorld, script: URL): Promise<Outcome> {
  if (world.framed) return 'not possible';
  if (world.crossOriginIsolated) {
    forget(world);
    return 'isolated';
  }
  if (!world.serviceWorker) return 'not possible';
  try {
    // Noted before anything else: a page that can note nothing could reload for ever.
    if (world.session().getItem(TRIED)) return 'tried already';
    await world.serviceWorker.register(script, { scope: new URL('./', script).pathname });
    if (!(await Promise.race([world.serviceWorker.ready, world.patience()]))) return 'not possible';
    if (world.touched()) return 'next time';
    world.session().setItem(TRIED, '1');
    world.reload();
    return 'reloading';
  } catch {
    return 'not possible';
  }
}

/** So that a later visit in this tab may try again, should the worker have been removed meanwhile. */
function forget(world: IsolationWorld): void {
  try {
    world.session().removeItem(TRIED);
  } catch {
    // Nothing is kept, so nothing is to be forgotten.
  }
}

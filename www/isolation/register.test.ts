import { describe, expect, test, vi } from 'vitest';
import { isolate, type IsolationWorld } from './register';

const SCRIPT = new URL('https://example.org/site/isolation-worker.js');

function world(change: Partial<IsolationWorld> = {}, kept = new Map<string, string>()) {
  const register = vi.fn(() => Promise.resolve({} as ServiceWorkerRegistration));
  const serviceWorker = { register, controller: null, ready: Promise.resolve({} as ServiceWorkerRegistration) };
  const session = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const reload = vi.fn();
  const patience = (): Promise<undefined> => new Promise(() => undefined);
  return { register, reload, kept, world: { crossOriginIsolated: false, framed: false, serviceWorker, session: () => session, touched: () => false, reload, patience, ...change } };
}

describe('isolate', () => {
  test('registers the worker for the whole site and loads the page again, once', async () => {
    const first = world();
    expect(await isolate(first.world, SCRIPT)).toBe('reloading');
    expect(first.register).toHaveBeenCalledWith(SCRIPT, { scope: '/site/' });
    expect(first.reload).toHaveBeenCalledOnce();
    const second = world({}, first.kept);
    expect(await isolate(second.world, SCRIPT)).toBe('tried already');
    expect(second.register).not.toHaveBeenCalled();
    expect(second.reload).not.toHaveBeenCalled();
  });

  test('does nothing where the page is isolated, stands in a frame, or can have no worker', async () => {
    for (const [change, outcome] of [[{ crossOriginIsolated: true }, 'isolated'], [{ framed: true }, 'not possible'], [{ serviceWorker: undefined }, 'not possible']] as const) {
      const { world: given, register, reload } = world(change);
      expect(await isolate(given, SCRIPT)).toBe(outcome);
      expect(register).not.toHaveBeenCalled();
      expect(reload).not.toHaveBeenCalled();
    }
  });

  test('never reloads what it could not remember, nor a page that is in use', async () => {
    const blocked = world({ session: () => { throw new Error('storage is blocked'); } });
    expect(await isolate(blocked.world, SCRIPT)).toBe('not possible');
    const used = world({ touched: () => true });
    expect(await isolate(used.world, SCRIPT)).toBe('next time');
    expect(blocked.reload).not.toHaveBeenCalled();
    expect(used.reload).not.toHaveBeenCalled();
  });

  test('a worker that does not start is not waited for', async () => {
    const { world: given } = world();
    const serviceWorker = { ...given.serviceWorker, ready: new Promise<ServiceWorkerRegistration>(() => undefined) };
    expect(await isolate({ ...given, serviceWorker, patience: () => Promise.resolve(undefined) }, SCRIPT)).toBe('not possible');
  });

  test('an isolated visit lets a later one try again', async () => {
    const { world: given, kept } = world({ crossOriginIsolated: true }, new Map([['tinyai-isolation', '1']]));
    await isolate(given, SCRIPT);
    expect(kept.size).toBe(0);
  });
});

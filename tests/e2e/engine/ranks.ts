/** The page of the tests of ranks: it makes worlds of them, with no lab around. */
import { EngineHost } from '../../../www/engine/host';
import { World, type WorldOptions } from '../../../www/engine/world/world';

/** What of a world a test chooses. */
export type Wanted = Pick<WorldOptions, 'ranks' | 'transport' | 'ringBytes'>;

const host = new EngineHost({ assetBase: location.href, engineBase: new URL('engine/', location.href) });

/** A world of ranks, each in a worker of its own. */
async function openWorld(wanted: Wanted): Promise<World> {
  const { signal } = new AbortController();
  return World.open({ ...wanted, build: await host.rankBuild(signal), start: (rank, signal) => host.startRank(rank, signal), signal });
}

declare global {
  interface Window {
    openWorld: typeof openWorld;
  }
}

window.openWorld = openWorld;

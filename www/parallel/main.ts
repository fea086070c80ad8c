/** A page that only has `window.openWorld`, for those who write code, tests among them. */
import { World, type WorldOptions } from './world';

const openWorld = (options: WorldOptions): Promise<World> => World.open({ engineBase: '../engine/', ...options });

declare global {
  interface Window {
    openWorld: typeof openWorld;
  }
}

window.openWorld = openWorld;

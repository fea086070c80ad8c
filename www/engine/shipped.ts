/**
 * Which builds of the engine lie beside this script. Vite replaces this module (`build/engine.ts`) by one that lists what `cargo xtask`
 * has built; as it stands here it is that of the npm package, which has all of them in folders of their own names.
 */

/** One build of the engine, as a site has it. */
export interface Shipped {
  /** Its folder below the engine base. On a built site it carries a hash of its files: an old page never meets a new engine. */
  folder: string;
  /** Compiled quickly, for trying out a change of the engine: its timings are not the engine's. */
  dev: boolean;
}

/** The builds by the name of their variant; null: all there are, each in a folder of its name. */
export const SHIPPED: Readonly<Record<string, Shipped>> | null = null;

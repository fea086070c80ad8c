/** Which builds of the engine this browser can load, and which it does. */
import { relaxedSimd, simd, threads } from 'wasm-feature-detect';
import { SHIPPED } from './shipped';
import { VARIANTS, type Features, type Variant } from './variant-list';

export { RANK_VARIANTS, VARIANTS, type Features, type Variant } from './variant-list';

/** Whether workers of this page can share memory. WebKitGTK has no `SharedArrayBuffer` even where a page is isolated. */
export const sharesMemory = (): boolean => globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer !== 'undefined';

/** Asks the browser, by validating tiny modules. */
export async function probe(): Promise<Features> {
  const [hasSimd, hasRelaxed, hasThreads] = await Promise.all([simd(), relaxedSimd(), sharesMemory() ? threads() : false]);
  return { simd: hasSimd, relaxedSimd: hasRelaxed, threads: hasThreads };
}

/** Those of the variants that these features allow, best first. */
export function usable(features: Features, variants = VARIANTS): Variant[] {
  return variants.filter((variant) => variant.needs.every((need) => features[need]));
}

/** Those of the variants that lie beside this script: all, but for a site that is still being built. */
export function there(variants: Variant[], shipped = SHIPPED): Variant[] {
  return shipped ? variants.filter((variant) => variant.name in shipped) : variants;
}

/** The folder of a variant below the engine base. */
export const folderOf = (name: string, shipped = SHIPPED): string => shipped?.[name]?.folder ?? name;

/** Whether a variant was compiled quickly, for trying out a change: then its timings are not the engine's. */
export const isDev = (name: string, shipped = SHIPPED): boolean => shipped?.[name]?.dev ?? false;

/** What the first variant that loads gives, null where none does; and why those before it did not. */
export async function firstToLoad<T>(variants: Variant[], load: (variant: Variant) => Promise<T>): Promise<{ loaded: T | null; failures: string[] }> {
  const failures: string[] = [];
  for (const variant of variants) {
    try {
      return { loaded: await load(variant), failures };
    } catch (error) {
      failures.push(`${variant.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { loaded: null, failures };
}

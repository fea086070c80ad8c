/** The wasm files there are, best first, and what each needs of the browser. */
import { relaxedSimd, simd, threads } from 'wasm-feature-detect';

/** What this browser and this page offer. */
export interface Features {
  /** Fixed-width SIMD. */
  simd: boolean;
  /** Relaxed SIMD. */
  relaxedSimd: boolean;
  /** Shared memory and workers that may use it: needs a cross-origin isolated page. */
  threads: boolean;
}

/** One build of the engine. */
export interface Variant {
  /** Folder below the engine base. */
  name: string;
  needs: (keyof Features)[];
}

/** Exactly one is loaded: the first whose needs are met and that loads. */
export const VARIANTS: Variant[] = [
  { name: 'threads-relaxed', needs: ['threads', 'relaxedSimd'] },
  { name: 'threads-simd128', needs: ['threads', 'simd'] },
  { name: 'single-relaxed', needs: ['relaxedSimd'] },
  { name: 'single-simd128', needs: ['simd'] },
];

/** The builds for a rank of a parallel training, best first: ranks are the threads, so each has none of its own. */
export const RANK_VARIANTS: Variant[] = [
  { name: 'ranks-relaxed', needs: ['relaxedSimd'] },
  { name: 'ranks-simd128', needs: ['simd'] },
];

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

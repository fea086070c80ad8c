/** The builds of the engine there are, best first, and what each needs of the browser. */

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
  /** As the engine itself names it, and `cargo xtask build`. */
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

/** The builds that a rank can have, best first: ranks are threads themselves. */
export const RANK_VARIANTS: Variant[] = VARIANTS.filter(({ needs }) => !needs.includes('threads'));

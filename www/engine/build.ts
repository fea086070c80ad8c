/** Replaced by the bundler, in the page and in its workers alike (`vite.config.ts`). */
declare const TINYAI_BUILD: string;

/** Which build this script is of: page and workers of different builds must not talk to each other. */
export const BUILD: string = typeof TINYAI_BUILD === 'undefined' ? 'unbuilt' : TINYAI_BUILD;

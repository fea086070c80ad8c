/** How many bytes of script and fonts a page loads before a person can do anything with it. */
import { brotliCompressSync } from 'node:zlib';

/** The parts of a bundle's chunk that tell what is loaded with it. */
export interface Chunk {
  type: 'chunk';
  fileName: string;
  facadeModuleId: string | null;
  /** The sources that are in it. */
  moduleIds: string[];
  imports: string[];
  code: string;
}

/** The most bytes of script, compressed, that a page may load by itself. */
export const MAX_SCRIPT_BYTES = 250_000;

/** The chunks that `wanted` chooses and all that they import, but not what is imported later by `import()`. */
export function loadedWith(wanted: (chunk: Chunk) => boolean, chunks: Chunk[]): Chunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<Chunk>();
  const visit = (chunk: Chunk | undefined): void => {
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    for (const file of chunk.imports) visit(byName.get(file));
  };
  for (const chunk of chunks) if (wanted(chunk)) visit(chunk);
  return [...found];
}

/** The most bytes of script and fonts together, compressed, that the site's first page may load in any language. */
export const MAX_FIRST_PAGE_BYTES = 250_000;

/** Chooses the chunk of the page `html`. */
export const ofPage = (html: string) => ({ facadeModuleId }: Chunk): boolean => facadeModuleId?.endsWith(`/${html}`) ?? false;

/** Compressed bytes of the scripts that come with a page. */
export function scriptBytes(html: string, chunks: Chunk[], compressed: (code: string) => number = brotliBytes): number {
  return loadedWith(ofPage(html), chunks).reduce((sum, { code }) => sum + compressed(code), 0);
}

const brotliBytes = (code: string): number => brotliCompressSync(code).length;

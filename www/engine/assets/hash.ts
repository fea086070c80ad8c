/** The hash that names a file of the visitor by its content. */

/** Bytes that are hashed at a time; a text is never larger, so its hash is simply the SHA-256 that every tool gives. */
export const BLOCK_BYTES = 64 * 2 ** 20;

type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** SHA-256 by the browser, which offers it to secure contexts only; in plain script elsewhere (`http:` in a classroom). */
const digest: Digest = async (bytes) => {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes));
  const { sha256 } = await import('@noble/hashes/sha2.js');
  return sha256(bytes);
};

/**
 * SHA-256 of the bytes if they fit into one block; else SHA-256 of the digests of all blocks, one after another, as the browser
 * hashes only what is in memory as a whole.
 */
export async function contentHash(bytes: Uint8Array, signal?: AbortSignal, blockBytes = BLOCK_BYTES): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytes) {
    signal?.throwIfAborted();
    // A copy, as shared memory is not hashed.
    const block = new Uint8Array(bytes.subarray(at, at + blockBytes));
    blocks.push(await digest(block));
  }
  return blocks.length === 1 ? blocks[0]! : digest(joined(blocks));
}

/** One hash for several files: SHA-256 of each one's name in UTF-8, a zero byte, and its {@link contentHash}, in the order given. */
export async function hashOfFiles(files: [name: string, hash: Uint8Array][]): Promise<Uint8Array> {
  const text = new TextEncoder();
  return digest(joined(files.flatMap(([name, hash]) => [text.encode(`${name}\0`), hash])));
}

/** The part of a hash that stands in names: 8 hexadecimal digits. */
export const shortHex = (hash: Uint8Array): string => Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// A seeded order that depends on each text alone: adding or dropping one leaves the others in their order.
import { createHash } from "node:crypto";

export const SEED = "tinyai-corpora-1";

/** Sorts texts by the SHA-256 of seed and text: a shuffle that is the same everywhere. */
export function shuffled(texts) {
  const key = (text) => createHash("sha256").update(`${SEED}\n${text}`).digest("hex");
  return texts
    .map((text) => [key(text), text])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text);
}

/** The longest prefix of `texts` that, joined by blank lines, takes at most `limit` UTF-8 bytes. */
export function cut(texts, limit) {
  let bytes = 0;
  return texts.filter((text) => (bytes += Buffer.byteLength(text) + 2) <= limit);
}

/** Number of Unicode characters. */
export const length = (text) => [...text].length;

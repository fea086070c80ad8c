/** Whether bytes are UTF-8, told part by part. */

/** Encodings that begin with a mark of their own, as the engine names them; the longer marks first. */
const MARKS: [string, number[]][] = [
  ['UTF-32 LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32 BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16 LE', [0xff, 0xfe]],
  ['UTF-16 BE', [0xfe, 0xff]],
  ['GB 18030', [0x84, 0x31, 0x95, 0x33]],
];

/** Bytes of the longest mark. */
export const MARK_BYTES = 4;

/** The encoding that a text's mark names, where it is another than UTF-8. */
export function otherEncoding(start: Uint8Array): string | null {
  return MARKS.find(([, mark]) => mark.every((byte, i) => start[i] === byte))?.[0] ?? null;
}

/** Finds the first byte that is wrong in a text that comes in parts. */
export class Utf8Check {
  /** Bytes before `tail`. */
  private before = 0;
  /** The beginning of a character that the next part has to complete. */
  private tail = new Uint8Array(0);

  /** Position of the first wrong byte, null if there is none so far. */
  push(part: Uint8Array): number | null {
    const bytes = new Uint8Array(this.tail.length + part.length);
    bytes.set(this.tail);
    bytes.set(part, this.tail.length);
    if (!decodes(bytes, false)) return this.before + validPrefix(bytes);
    const incomplete = incompleteAtEnd(bytes);
    this.before += bytes.length - incomplete;
    this.tail = bytes.slice(bytes.length - incomplete);
    return null;
  }

  /** The same when nothing more comes: a character that was not completed is wrong from its first byte on. */
  end(): number | null {
    return this.tail.length > 0 ? this.before : null;
  }
}

/** Whether bytes decode, as a whole text or as the beginning of one. */
function decodes(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

/** Length of the longest prefix that is UTF-8, of bytes that are not. */
function validPrefix(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle), false)) good = middle;
    else bad = middle;
  }
  // The prefix may end within a character that is never completed: that one is wrong from its first byte on.
  return good - incompleteAtEnd(bytes.subarray(0, good));
}

/** How many bytes at the end begin a character without completing it, in bytes that are UTF-8 up to there. */
function incompleteAtEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? back : 0;
  }
  return 0;
}

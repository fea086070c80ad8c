/** Room for the bytes of a file: shared by all workers where the page may share memory. */
import { TinyaiError, problem } from '../error';

/** Makes room for that many bytes, or throws a {@link TinyaiError}. */
export type Allocate = (length: number) => Uint8Array;

/** Room in a `SharedArrayBuffer`, if `shared`, which workers read without a copy of their own. */
export function allocator(shared: boolean): Allocate {
  return (length) => {
    try {
      return new Uint8Array(shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
    } catch (error) {
      const size = mebibytes(length);
      throw new TinyaiError([
        problem(
          'out_of_memory',
          `The tab has no room for a file of ${size}. Close other tabs, or take a smaller file.`,
          `本页没有足够的内存存放 ${size} 的文件。请关闭其他标签页，或改用较小的文件。`,
          String(error),
        ),
      ]);
    }
  };
}

/** Bytes in MiB, rounded up, for messages. */
export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** What is read from a stream, put one after another into one piece of memory. */
export class Gathered {
  received = 0;
  private parts: Uint8Array[] = [];
  private readonly whole: Uint8Array | undefined;

  /** With a `length` known beforehand, every part is put in its place as it comes. */
  constructor(
    length: number | null,
    private readonly allocate: Allocate,
  ) {
    if (length !== null) this.whole = allocate(length);
  }

  /** Adds a part; false if it goes beyond the length that was known. */
  add(part: Uint8Array): boolean {
    if (this.whole && this.received + part.length > this.whole.length) return false;
    if (this.whole) this.whole.set(part, this.received);
    else this.parts.push(part);
    this.received += part.length;
    return true;
  }

  /** All that was added. */
  bytes(): Uint8Array {
    if (this.whole) return this.whole.subarray(0, this.received);
    const bytes = this.allocate(this.received);
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.parts = [];
    return bytes;
  }
}

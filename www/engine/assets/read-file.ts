/** Reading a file of the visitor as a stream. */
import type { Allocate } from './bytes';
import type { Loading } from './download';
import { changedMeanwhile, unreadable } from './own-problems';

/** How files of the visitor are read. */
export interface ReadOptions {
  allocate: Allocate;
  signal?: AbortSignal | undefined;
  onProgress?: ((loading: Loading) => void) | undefined;
}

/** Reads a whole file; `inspect` sees each part as it comes, and may throw. Fails with a `TinyaiError`, or with the signal's reason. */
export async function readFile(file: File, { allocate, signal, onProgress }: ReadOptions, inspect?: (part: Uint8Array) => void): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const bytes = allocate(file.size);
  let received = 0;
  const reader = file.stream().getReader();
  const abort = (): void => void reader.cancel(signal!.reason).catch(() => undefined);
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal?.throwIfAborted();
        throw unreadable(file.name, error instanceof Error ? error.name : String(error));
      });
      signal?.throwIfAborted();
      if (done) break;
      if (received + value.length > bytes.length) throw changedMeanwhile(file.name);
      bytes.set(value, received);
      received += value.length;
      inspect?.(value);
      onProgress?.({ asset: file.name, received, total: bytes.length });
    }
    if (received < bytes.length) throw changedMeanwhile(file.name);
    return bytes;
  } catch (error) {
    void reader.cancel(error).catch(() => undefined);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** All files of a drop, folders walked through; and their bytes. */
import type { TakingContext } from './taking-files';

/** A file, and where it lay: `my-model/config.json`. */
export interface PlacedFile {
  path: string;
  file: File;
}

/**
 * Reads what was dropped; has to be called while the event goes on. Entries whose names begin with a dot are left out: systems leave them
 * in folders unasked. Rejects as the browser does where something cannot be read, and when `signal` is aborted.
 */
export async function droppedFiles(transfer: DataTransfer, signal: AbortSignal): Promise<PlacedFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const found: PlacedFile[] = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ path: entry.name, file: entry });
    else if (entry) await walk(entry, '', found, signal);
  }
  return found;
}

/** Files that were chosen, by where they lay in the folder that was. */
export const chosenFiles = (files: File[]): PlacedFile[] => files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Reads a file piece by piece. Rejects as the browser does, with a `RangeError` where it does not fit into memory, and when stopped. */
export async function readBytes({ path, file }: PlacedFile, { signal, progress }: TakingContext): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size);
  const reader = file.stream().getReader();
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    let done = 0;
    progress(path, 0, file.size);
    for (;;) {
      const { value } = await reader.read();
      signal.throwIfAborted();
      if (!value) return done === file.size ? bytes : bytes.slice(0, done);
      bytes.set(value, done);
      done += value.length;
      progress(path, done, file.size);
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function walk(entry: FileSystemEntry, folder: string, found: PlacedFile[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (entry.name.startsWith('.')) return;
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives some hundred entries at a time, and none at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const each of some) await walk(each, `${path}/`, found, signal);
  }
}

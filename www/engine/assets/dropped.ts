/** What a visitor dropped or chose, as one folder or a few loose files. */
import { nothingAdded, severalFolders, unreadable } from './own-problems';

/** Files from an input, the items of a drop, or entries of a file system. */
export type Dropped = Iterable<File | DataTransferItem | FileSystemEntry>;

/** A file that need not be opened yet. */
export interface Listed {
  name: string;
  /** Fails with a `TinyaiError` if the file cannot be opened. */
  open(): Promise<File>;
}

/** What lies at the top of what was added. */
export interface Listing {
  /** The name of the folder; null for loose files. */
  folder: string | null;
  files: Listed[];
  /** Folders within it, by name; nobody looks into them. */
  folders: string[];
}

export type Root = File | FileSystemEntry;

/**
 * What was added, before anything is opened. Has to be called in the event of a drop itself: its items are empty afterwards.
 */
export function rootsOf(dropped: Dropped): Root[] {
  const roots: Root[] = [];
  for (const item of dropped) {
    if (!('webkitGetAsEntry' in item)) roots.push(item);
    else {
      // Some sources give a file that has no entry.
      const root = item.webkitGetAsEntry() ?? item.getAsFile();
      if (root) roots.push(root);
    }
  }
  return roots;
}

/** Lists what was added; folders within a folder only by name, as somebody may drop a whole disk. */
export async function list(roots: Root[], signal?: AbortSignal): Promise<Listing> {
  if (roots.length === 0) throw nothingAdded();
  const directory = roots.find((root) => isDirectory(root));
  if (directory) {
    if (roots.length > 1) throw severalFolders(roots.map((root) => root.name));
    return listDirectory(directory, signal);
  }
  return listFiles(roots.map((root) => (isEntry(root) ? entryFile(root as FileSystemFileEntry) : loose(root as File))));
}

/** A file with its place below the folder that was chosen, empty for a loose one. */
export interface Placed extends Listed {
  path: string;
}

export const isEntry = (root: Root): root is FileSystemEntry => 'isDirectory' in root;
export const isDirectory = (root: Root): root is FileSystemDirectoryEntry => isEntry(root) && root.isDirectory;

export const loose = (file: File): Placed => ({ name: file.name, path: file.webkitRelativePath ?? '', open: () => Promise.resolve(file) });

export const entryFile = (entry: FileSystemFileEntry): Placed => ({
  name: entry.name,
  path: '',
  open: () => new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(entry.name, error.name)))),
});

/** An input for folders gives every file at any depth, with its path; another input gives loose files. */
function listFiles(files: Placed[]): Listing {
  const paths = files.map((file) => file.path.split('/'));
  const roots = [...new Set(paths.map(([first, ...rest]) => (rest.length > 0 ? first! : '')))];
  if (roots.length > 1) throw severalFolders(roots.filter((root) => root !== ''));
  const folder = roots[0] === '' ? null : roots[0]!;
  if (folder === null) return { folder, files, folders: [] };
  return {
    folder,
    files: files.filter((_, i) => paths[i]!.length === 2),
    folders: [...new Set(paths.flatMap((path) => (path.length > 2 ? [path[1]!] : [])))],
  };
}

async function listDirectory(directory: FileSystemDirectoryEntry, signal?: AbortSignal): Promise<Listing> {
  const listing: Listing = { folder: directory.name, files: [], folders: [] };
  for (const entry of await readEntries(directory, signal)) {
    if (entry.isDirectory) listing.folders.push(entry.name);
    else listing.files.push(entryFile(entry as FileSystemFileEntry));
  }
  return listing;
}

/** All that lies in a folder. */
export async function readEntries(directory: FileSystemDirectoryEntry, signal?: AbortSignal): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    signal?.throwIfAborted();
    // Each call gives a few, and the last one none.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(unreadable(directory.name, error.name))),
    );
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

/** The library of experiments that learners keep. */
export { bytesText, StorageError, storageProblem, type StorageProblem, type StorageReason } from './problems';
export { isOpen, newEntry, type Entry, type EntryStatus, type Progress, type Row, type SavedRun, type SpecOutline } from './entry';
export type { ExportOptions, Transfer } from './export';
export type { Foretold } from './foretold';
export { entriesIn, type ImportOptions } from './import';
export { isForetold } from './foretold';
export type { Library } from './library';
export type { Hold } from './locks';
export { freeName } from './names';
export { openLibrary, type OpenedLibrary, type OpenOptions, type StorageWorld } from './open';
export type { Usage } from './ports';
export type { Attachments } from './records';
export { pagePort, Saver, type PagePort, type SaverOptions } from './saver';

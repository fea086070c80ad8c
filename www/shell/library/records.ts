/** What is done to entries within one transaction. */
import { isResult, isRow, isSavedRun, isSpec } from './check';
import { advanced, assetsOf, belongsTo, rowOf, stateRow, type Entry, type Progress, type Row, type SavedRun } from './entry';
import { damaged, missing } from './problems';
import type { Transaction } from './store';

/** What is written with an entry. */
export interface Attachments {
  /** The states it has from now on; absent: those it has stay. */
  readonly states?: readonly SavedRun[];
  /** The visitor's files it needs, by `file:NAME`; those that are stored already are not written again. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

/** All rows, those of removed entries included. What is no row is left alone. */
export async function readRows(transaction: Transaction): Promise<Row[]> {
  return (await transaction.all('rows')).map(([, value]) => value).filter(isRow);
}

export async function readRow(transaction: Transaction, id: string): Promise<Row | null> {
  const row = await transaction.get('rows', id);
  return isRow(row) ? row : null;
}

/** Throws where the entry is not there or cannot be read. */
export async function readEntry(transaction: Transaction, id: string): Promise<Entry> {
  const row = await readRow(transaction, id);
  if (!row) throw missing(id);
  const spec = await transaction.get('specs', id);
  const result = await transaction.get('results', id);
  if (!isSpec(spec) || (result !== null && !isResult(result))) throw damaged(row.name);
  const { lab, name, note, created, changed, status, foretold } = row;
  return { id, lab, name, note, created, changed, status, spec, result, ...(foretold && { foretold }) };
}

/** The states of an entry by run; one that cannot be read is as if it were not there. */
export async function readStates(transaction: Transaction, id: string): Promise<SavedRun[]> {
  const states = (await transaction.all('states', id)).map(([, value]) => value).filter(isSavedRun);
  return states.sort((a, b) => a.run - b.run);
}

export async function readFiles(transaction: Transaction, assets: readonly string[]): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const asset of assets) {
    for (const [name, bytes] of await transaction.all('contents', asset)) if (bytes instanceof Uint8Array) files.set(name, bytes);
  }
  return files;
}

/** Writes an entry as a whole. */
export async function writeEntry(transaction: Transaction, entry: Entry, { states, files }: Attachments): Promise<Row> {
  const before = await readRow(transaction, entry.id);
  await transaction.put('specs', entry.id, entry.spec);
  await transaction.put('results', entry.id, entry.result);
  if (states) {
    await transaction.delete('states', entry.id);
    await putStates(transaction, entry.id, states);
  }
  const assets = assetsOf(entry.spec);
  for (const [name, bytes] of files ?? []) await putFile(transaction, assets, name, bytes);
  const row = rowOf(entry, states?.map(stateRow) ?? before?.states ?? [], await bytesOfFiles(transaction, assets));
  await transaction.put('rows', entry.id, row);
  await releaseAssets(transaction, before?.assets ?? []);
  return row;
}

/** Writes how far an entry got; states of other runs stay. Null where there is no such entry. */
export async function writeProgress(transaction: Transaction, id: string, progress: Progress, changed: number): Promise<Row | null> {
  const before = await readRow(transaction, id);
  if (!before) return null;
  const states = progress.states ?? [];
  await transaction.put('results', id, progress.result);
  // What is finished goes on no more.
  const over = progress.status === 'finished';
  if (over) await transaction.delete('states', id);
  else await putStates(transaction, id, states);
  const row = advanced(before, progress, over ? [] : mergeStates(before.states, states.map(stateRow)), changed);
  await transaction.put('rows', id, row);
  return row;
}

/** Changes a row that is there. */
export async function changeRow(transaction: Transaction, id: string, change: Partial<Row>): Promise<Row> {
  const before = await readRow(transaction, id);
  if (!before) throw missing(id);
  const row = { ...before, ...change };
  await transaction.put('rows', id, row);
  return row;
}

/** Deletes an entry, its states, and the files that no other entry needs. */
export async function deleteEntry(transaction: Transaction, row: Row): Promise<void> {
  for (const table of ['rows', 'specs', 'results', 'states', 'leases'] as const) await transaction.delete(table, row.id);
  await releaseAssets(transaction, row.assets);
}

/** The newer state of each run. */
export function mergeStates<T extends { readonly run: number }>(old: readonly T[], fresh: readonly T[]): T[] {
  const byRun = new Map([...old, ...fresh].map((state) => [state.run, state]));
  return [...byRun.values()].sort((a, b) => a.run - b.run);
}

async function putStates(transaction: Transaction, id: string, states: readonly SavedRun[]): Promise<void> {
  for (const state of states) await transaction.put('states', `${id}/${state.run}`, { ...state, ranks: state.ranks.map(unshared) });
}

/** Stores a file, once; one that the entry does not need would never be deleted. */
async function putFile(transaction: Transaction, assets: readonly string[], name: string, bytes: Uint8Array): Promise<void> {
  if (!assets.some((asset) => belongsTo(name, asset)) || (await transaction.get('files', name)) !== undefined) return;
  await transaction.put('files', name, bytes.byteLength);
  await transaction.put('contents', name, unshared(bytes));
}

/** Browsers store no shared memory, in which the files of an isolated page are. */
const unshared = (bytes: Uint8Array): Uint8Array => (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice());

async function bytesOfFiles(transaction: Transaction, assets: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const asset of assets) for (const [, length] of await transaction.all('files', asset)) bytes += Number(length);
  return bytes;
}

/** Deletes those of the assets that no entry needs (any more). */
async function releaseAssets(transaction: Transaction, assets: readonly string[]): Promise<void> {
  if (assets.length === 0) return;
  const needed = (await readRows(transaction)).flatMap((row) => row.assets);
  for (const asset of assets) {
    for (const [name] of await transaction.all('files', asset)) {
      if (needed.some((other) => belongsTo(name, other))) continue;
      await transaction.delete('files', name);
      await transaction.delete('contents', name);
    }
  }
}


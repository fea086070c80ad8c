/** What the library keeps of an experiment. */
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { RunResult } from '../../types/generated/RunResult';
import type { Foretold } from './foretold';

export type EntryStatus = 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** The outer shape of any lab's spec. */
export interface SpecOutline {
  readonly version: number;
  readonly base: object;
  /** What each run changes of the base, as a JSON merge patch. */
  readonly runs: readonly { readonly name: string; readonly patch: object }[];
}

/** An experiment with what it measured so far. */
export interface Entry {
  readonly id: string;
  /** Name of the lab, as in its folder. */
  readonly lab: string;
  readonly name: string;
  readonly note: string;
  /** Milliseconds since 1970, like all dates here. */
  readonly created: number;
  /** Last time that anything of it changed, its name and note included. */
  readonly changed: number;
  readonly status: EntryStatus;
  readonly spec: SpecOutline;
  /** Null until something was measured. */
  readonly result: ExperimentResult | null;
  /** What was foretold of it; absent where nothing was. */
  readonly foretold?: Foretold;
}

/** Where a run goes on from: what it had measured, and what each of its ranks held, after `step` optimizer steps. */
export interface SavedRun {
  readonly run: number;
  readonly step: number;
  readonly result: RunResult;
  readonly ranks: readonly Uint8Array[];
  /** How the layers are divided among the ranks, where that was measured: the first segment of each stage, and one past its last. */
  readonly stages?: readonly (readonly [number, number])[] | undefined;
}

/** How far an experiment got, as of one moment: the result and the states are of the same steps. */
export interface Progress {
  readonly status: EntryStatus;
  readonly result: ExperimentResult | null;
  /** Those of runs that moved on; each replaces the run's earlier one. */
  readonly states?: readonly SavedRun[];
}

/** An entry as lists show it, without what is large. */
export interface Row {
  readonly id: string;
  readonly lab: string;
  readonly name: string;
  readonly note: string;
  readonly created: number;
  readonly changed: number;
  readonly status: EntryStatus;
  /** Names of its runs. */
  readonly runs: readonly string[];
  /** Most optimizer steps that one of its runs has done. */
  readonly steps: number;
  /** About what it takes, with its states and the visitor's files it needs (shared ones included). */
  readonly bytes: number;
  readonly sizes: Sizes;
  /** The runs that can go on, and from where. */
  readonly states: readonly StateRow[];
  /** Names `file:NAME` in its spec. */
  readonly assets: readonly string[];
  /** When it was removed, if it was and can still be restored. */
  readonly removed: number | null;
  /** Whether this tab holds something of it that storage did not take. */
  readonly unsaved: boolean;
  readonly foretold?: Foretold;
}

/** Bytes of an entry's parts. */
export interface Sizes {
  readonly spec: number;
  readonly result: number;
  readonly states: number;
  readonly files: number;
}

/** A saved state without its content. */
export interface StateRow {
  readonly run: number;
  readonly step: number;
  readonly bytes: number;
}

/** Whether an entry's experiment has not come to an end. */
export const isOpen = (status: EntryStatus): boolean => status === 'running' || status === 'paused';

/** The status of an experiment that nobody runs (yet). */
export const idle = (status: EntryStatus): EntryStatus => (status === 'running' ? 'paused' : status);

/** A fresh entry under an id of its own. */
export function newEntry(entry: Pick<Entry, 'lab' | 'name' | 'spec' | 'status'> & Partial<Entry>): Entry {
  const now = Date.now();
  return { id: newId(), note: '', created: now, changed: now, result: null, ...entry };
}

/** 128 random bits in hex; `crypto.randomUUID` exists only in secure contexts. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The visitor's files that a spec names, each once. */
export function assetsOf(spec: unknown): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.startsWith('file:') && value.length > 'file:'.length) found.add(value);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(spec);
  return [...found];
}

/** Whether a stored file is an asset, or lies in the folder that is one. */
export const belongsTo = (file: string, asset: string): boolean => file === asset || file.startsWith(`${asset}/`);

/** The row of an entry. */
export function rowOf(entry: Entry, states: readonly StateRow[], files: number): Row {
  const { id, lab, name, note, created, changed, status, spec, result, foretold } = entry;
  const sizes = { spec: jsonBytes(spec), result: jsonBytes(result), states: sum(states), files };
  return {
    id,
    lab,
    name,
    note,
    created,
    changed,
    status,
    runs: spec.runs.map((run) => run.name),
    steps: stepsOf(result, states),
    bytes: total(sizes),
    sizes,
    states,
    assets: assetsOf(spec),
    removed: null,
    unsaved: false,
    ...(foretold && { foretold }),
  };
}

/** A row after progress; its name, note and spec stay. */
export function advanced(row: Row, progress: Progress, states: readonly StateRow[], changed: number): Row {
  const { status, result } = progress;
  const sizes = { ...row.sizes, result: jsonBytes(result), states: sum(states) };
  return { ...row, status, changed, states, sizes, bytes: total(sizes), steps: stepsOf(result, states) };
}

/** A row whose states are gone. */
export function withoutStates(row: Row): Row {
  const sizes = { ...row.sizes, states: 0 };
  return { ...row, states: [], sizes, bytes: total(sizes) };
}

/** The row of a saved state. */
export function stateRow(state: SavedRun): StateRow {
  const ranks = state.ranks.reduce((bytes, rank) => bytes + rank.byteLength, 0);
  return { run: state.run, step: state.step, bytes: ranks + jsonBytes(state.result) };
}

function stepsOf(result: ExperimentResult | null, states: readonly StateRow[]): number {
  let most = Math.max(0, ...states.map((state) => state.step));
  for (const run of result?.runs ?? []) for (const points of Object.values(run.series)) most = Math.max(most, points.at(-1)?.[0] ?? 0);
  return most;
}

const sum = (states: readonly StateRow[]): number => states.reduce((bytes, state) => bytes + state.bytes, 0);
const total = (sizes: Sizes): number => sizes.spec + sizes.result + sizes.states + sizes.files;
const jsonBytes = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

/** Whether what was read, from storage or a file, has the shape that the library writes. Only outer shapes: labs know the rest. */
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { RunResult } from '../../types/generated/RunResult';
import { isForetold } from './foretold';
import type { Entry, EntryStatus, Row, SavedRun, SpecOutline, StateRow } from './entry';
import type { Lease } from './store';

const STATUSES: readonly unknown[] = ['running', 'paused', 'finished', 'cancelled', 'failed'] satisfies EntryStatus[];

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** A length, an index or a count. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isText = (value: unknown): value is string => typeof value === 'string';
const isDate = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isListOf = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] => Array.isArray(value) && value.every(is);

export const isSpec = (value: unknown): value is SpecOutline =>
  isObject(value) &&
  isCount(value['version']) &&
  isObject(value['base']) &&
  isListOf(value['runs'], (run): run is SpecOutline['runs'][number] => isObject(run) && isText(run['name']) && isObject(run['patch']));

const isPoint = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && isCount(value[0]) && (typeof value[1] === 'number' || value[1] === null);

const isMetric = (value: unknown): value is object => isObject(value) && typeof value['value'] === 'number' && isText(value['unit']);

export const isRunResult = (value: unknown): value is RunResult =>
  isObject(value) &&
  isText(value['name']) &&
  isObject(value['series']) &&
  Object.values(value['series']).every((points) => isListOf(points, isPoint)) &&
  isObject(value['metrics']) &&
  Object.values(value['metrics']).every(isMetric);

export const isResult = (value: unknown): value is ExperimentResult =>
  isObject(value) && isCount(value['version']) && isObject(value['environment']) && isListOf(value['runs'], isRunResult);

export const isSavedRun = (value: unknown): value is SavedRun =>
  isObject(value) &&
  isCount(value['run']) &&
  isCount(value['step']) &&
  isRunResult(value['result']) &&
  isListOf(value['ranks'], (rank): rank is Uint8Array => rank instanceof Uint8Array) &&
  (value['stages'] === undefined || isListOf(value['stages'], isStage));

const isStage = (value: unknown): value is [number, number] => Array.isArray(value) && value.length === 2 && value.every(isCount);

const isHead = (value: unknown): value is Record<string, unknown> =>
  isObject(value) &&
  isText(value['id']) &&
  /^[\w-]{1,64}$/.test(value['id']) &&
  isText(value['lab']) &&
  isText(value['name']) &&
  isText(value['note']) &&
  isDate(value['created']) &&
  isDate(value['changed']) &&
  STATUSES.includes(value['status']) &&
  (value['foretold'] === undefined || isForetold(value['foretold']));

export const isEntry = (value: unknown): value is Entry =>
  isHead(value) && isSpec(value['spec']) && (value['result'] === null || isResult(value['result']));

const isStateRow = (value: unknown): value is StateRow =>
  isObject(value) && isCount(value['run']) && isCount(value['step']) && isCount(value['bytes']);

export const isRow = (value: unknown): value is Row =>
  isHead(value) &&
  isListOf(value['runs'], isText) &&
  isListOf(value['assets'], isText) &&
  isListOf(value['states'], isStateRow) &&
  isCount(value['steps']) &&
  isCount(value['bytes']) &&
  isObject(value['sizes']) &&
  ['spec', 'result', 'states', 'files'].every((part) => isCount((value['sizes'] as Record<string, unknown>)[part])) &&
  (value['removed'] === null || isDate(value['removed']));

export const isLease = (value: unknown): value is Lease => isObject(value) && isText(value['owner']) && isDate(value['until']);

/** What somebody foretold of an experiment before it ran, and how near that came; it is kept and exported with the experiment. */
import type { Answer } from '../lesson/prediction/question';
import type { Grade } from '../lesson/prediction/score';

export interface Foretold {
  /** The lesson that asked; with the entry's lab it names the question. */
  readonly lesson: string;
  readonly answer: Answer;
  /** The chance that whoever answered gave it; null: not said. */
  readonly sureness: number | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the lesson had been run before: then it says nothing of what somebody knew. */
  readonly seen: boolean;
  /** Null until the experiment could tell. */
  readonly outcome: { readonly grade: Grade; readonly truth: Answer; readonly pairs?: readonly [right: number, all: number] } | null;
  /** What the class's link called it; empty: no class's. */
  readonly class: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isListOf = <T>(value: unknown, is: (item: unknown) => item is T): value is T[] => Array.isArray(value) && value.every(is);
const isText = (value: unknown): value is string => typeof value === 'string';
const isPoint = (value: unknown): value is { x: number; y: number } => isObject(value) && isNumber(value['x']) && isNumber(value['y']);

function isAnswer(value: unknown): value is Answer {
  if (!isObject(value)) return false;
  switch (value['kind']) {
    case 'number':
      return isNumber(value['value']);
    case 'order':
      return isListOf(value['order'], isText);
    case 'curve':
      return isListOf(value['points'], isPoint);
    case 'choice':
      return isText(value['option']);
    default:
      return false;
  }
}

const GRADES: readonly unknown[] = ['hit', 'near', 'far'] satisfies Grade[];
const isPairs = (value: unknown): boolean => value === undefined || (isListOf(value, isNumber) && value.length === 2);
const isOutcome = (value: unknown): boolean => value === null || (isObject(value) && GRADES.includes(value['grade']) && isAnswer(value['truth']) && isPairs(value['pairs']));

/** Whether what was read has the shape of one. */
export const isForetold = (value: unknown): value is Foretold =>
  isObject(value) &&
  isText(value['lesson']) &&
  isAnswer(value['answer']) &&
  (value['sureness'] === null || isNumber(value['sureness'])) &&
  isNumber(value['at']) &&
  typeof value['seen'] === 'boolean' &&
  isOutcome(value['outcome']) &&
  isText(value['class']);

/** Predictions of a class, put together. */
import type { Foretold } from '../../shell/library';
import { showsWhole } from '../../shell/lesson/prediction/answer-text';
import type { Answer, CurveQuestion, NumberQuestion, Question } from '../../shell/lesson/prediction/question';

/** One learner's prediction of one lesson. */
export interface Prediction {
  lab: string;
  foretold: Foretold;
  /** What tells the same prediction, come twice, from another. */
  key: string;
}

/** All predictions of one lesson. */
export interface Group {
  lab: string;
  lesson: string;
  class: string;
  all: readonly Foretold[];
}

/** Lessons in the order in which they first came; each prediction counts once. */
export function grouped(predictions: readonly Prediction[]): Group[] {
  const groups = new Map<string, { lab: string; lesson: string; class: string; all: Map<string, Foretold> }>();
  for (const { lab, foretold, key } of predictions) {
    // Whoever had seen the answer foretold nothing.
    if (foretold.seen) continue;
    const { lesson } = foretold;
    const name = JSON.stringify([lab, lesson, foretold.class]);
    let group = groups.get(name);
    if (!group) groups.set(name, (group = { lab, lesson, class: foretold.class, all: new Map() }));
    const before = group.all.get(key);
    // Of the same prediction the one that knows how it came says more.
    if (!before || (before.outcome === null && foretold.outcome !== null)) group.all.set(key, foretold);
  }
  return [...groups.values()].map(({ all, ...group }) => ({ ...group, all: [...all.values()] }));
}

/** A column of a histogram. */
export interface Column {
  /** An option, an order, or a stretch of numbers: its lower end, and the upper one, which is the next column's. */
  of: string | readonly [number, number];
  count: number;
}

/** Most columns of a histogram of numbers. */
const COLUMNS = 12;

/** How many foretold what; null where the kind of the question has no histogram. Answers of another kind do not count. */
export function histogram(question: Question, all: readonly Foretold[]): Column[] | null {
  if (question.kind === 'curve') return null;
  const columns = kindsOf(question, all).map((of) => ({ of, count: 0 }));
  for (const { answer } of all) {
    const column = columns[placeOf(question, columns, answer)];
    if (column) column.count++;
  }
  return question.kind === 'order' ? columns.sort((a, b) => b.count - a.count) : columns;
}

/** The column that an answer falls into, somebody's or what came true; -1: none. */
export function placeOf(question: Question, columns: readonly Column[], answer: Answer): number {
  if (question.kind !== answer.kind) return -1;
  switch (answer.kind) {
    case 'number': {
      const value = question.kind === 'number' && showsWhole(question.unit) ? Math.round(answer.value) : answer.value;
      const at = columns.findIndex(({ of }) => typeof of !== 'string' && value < of[1]);
      // What lies beyond the scale stands at its end.
      return at < 0 ? columns.length - 1 : at;
    }
    case 'choice':
      return columns.findIndex(({ of }) => of === answer.option);
    case 'order':
      return columns.findIndex(({ of }) => of === nameOf(answer.order));
    case 'curve':
      return -1;
  }
}

const nameOf = (order: readonly string[]): string => order.join('\n');

function kindsOf(question: Exclude<Question, CurveQuestion>, all: readonly Foretold[]): Column['of'][] {
  switch (question.kind) {
    case 'number': {
      const edges = edgesOf(question.scale);
      return edges.slice(1).map((edge, i) => [edges[i]!, edge]);
    }
    case 'choice':
      return question.options.map(({ id }) => id);
    case 'order':
      return [...new Set(all.flatMap(({ answer }) => (answer.kind === 'order' ? [nameOf(answer.order)] : [])))];
  }
}

/** Round numbers from the lower end of a scale to the upper one. */
function edgesOf({ from, to, logarithmic = false }: NumberQuestion['scale']): number[] {
  if (logarithmic) {
    const all = rounds(from, to);
    const [first, last] = [all.findLastIndex((edge) => edge <= from), all.findIndex((edge) => edge >= to)];
    return all.slice(first, last + 1);
  }
  const width = rounds((to - from) / COLUMNS, to - from).find((round) => Math.ceil(to / round) - Math.floor(from / round) <= COLUMNS)!;
  const first = Math.floor(from / width);
  return Array.from({ length: Math.ceil(to / width) - first + 1 }, (_, i) => (first + i) * width);
}

/** 1, 2, 5, 10, 20 and so on, from below a number to above another. */
function rounds(from: number, to: number): number[] {
  const [low, high] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  return Array.from({ length: high - low + 1 }, (_, i) => [1, 2, 5].map((digit) => digit * 10 ** (low + i))).flat();
}

/** What came true, where the learners' machines agree about it or nearly: the middle of numbers, the most frequent of others. */
export function truthOf(all: readonly Foretold[]): Answer | null {
  const truths = all.flatMap(({ outcome }) => (outcome ? [outcome.truth] : []));
  const values = truths.flatMap((truth) => (truth.kind === 'number' ? [truth.value] : [])).sort((a, b) => a - b);
  if (values.length > 0) return { kind: 'number', value: values[values.length >> 1]! };
  const counts = new Map<string, { truth: Answer; count: number }>();
  for (const truth of truths) {
    const key = JSON.stringify(truth);
    counts.set(key, { truth, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.truth ?? null;
}

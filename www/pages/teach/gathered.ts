/** Predictions of a class, put together. */
import type { Foretold } from '../../shell/library';
import type { Answer, Question } from '../../shell/lesson/prediction/question';

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
  /** An option, or the lower and upper end of a stretch of numbers. */
  of: string | readonly [number, number];
  count: number;
}

/** Columns of a histogram of numbers. */
const COLUMNS = 12;

/** How many foretold what; null where the kind of the question has no histogram, or answers of another kind. */
export function histogram(question: Question, all: readonly Foretold[]): Column[] | null {
  switch (question.kind) {
    case 'number':
      return numbers(question.scale, all.flatMap(({ answer }) => (answer.kind === 'number' ? [answer.value] : [])));
    case 'choice':
      return question.options.map(({ id }) => ({ of: id, count: all.filter(({ answer }) => answer.kind === 'choice' && answer.option === id).length }));
    case 'order': {
      const orders = new Map<string, number>();
      for (const { answer } of all) if (answer.kind === 'order') orders.set(answer.order.join('\n'), (orders.get(answer.order.join('\n')) ?? 0) + 1);
      return [...orders].map(([of, count]) => ({ of, count })).sort((a, b) => b.count - a.count);
    }
    case 'curve':
      return null;
  }
}

function numbers({ from, to, logarithmic = false }: { from: number; to: number; logarithmic?: boolean }, values: readonly number[]): Column[] {
  const edge = (i: number): number => (logarithmic ? from * (to / from) ** (i / COLUMNS) : from + ((to - from) * i) / COLUMNS);
  const columns = Array.from({ length: COLUMNS }, (_, i) => ({ of: [edge(i), edge(i + 1)] as const, count: 0 }));
  for (const value of values) {
    // What lies outside of the scale stands at its end.
    const share = logarithmic ? Math.log(Math.max(value, from) / from) / Math.log(to / from) : (value - from) / (to - from);
    const at = Math.min(COLUMNS - 1, Math.max(0, Math.floor(share * COLUMNS)));
    columns[at]!.count++;
  }
  return columns;
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

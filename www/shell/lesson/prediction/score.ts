/** How near a prediction came, with the measured spread in mind. */
import type { ExperimentView } from '../../store/experiment-view';
import type { Answer, CurveQuestion, NumberQuestion, OrderQuestion, Outcome, Point, Question } from './question';

/** `hit`: as near as this machine can tell; `near`: close enough to have known; `far`: a surprise. */
export type Grade = 'hit' | 'near' | 'far';

export interface Score {
  grade: Grade;
  /** What came true, as an answer. */
  truth: Answer;
  /** Of a number on a logarithmic scale, the factor from the answer to the truth; else null. */
  factor: number | null;
  /** Of an order: pairs that stand right, and all that can be told apart. */
  pairs: readonly [right: number, all: number] | null;
}

/** On a linear scale, near is within this share of it. */
const NEAR_SHARE = 0.1;
/** On a logarithmic one, within this factor. */
const NEAR_FACTOR = 1.5;
/** A curve is near within this share of the range that the measured one spans. */
const NEAR_CURVE = 0.15;

/** Null until the run can tell. */
export function scoreOf(question: Question, answer: Answer, view: ExperimentView): Score | null {
  if (question.kind !== answer.kind) return null;
  switch (answer.kind) {
    case 'number':
      return ofNumber(question as NumberQuestion, answer.value, view);
    case 'order':
      return ofOrder(question as OrderQuestion, answer.order, view);
    case 'curve':
      return ofCurve(question as CurveQuestion, answer.points, view);
    case 'choice': {
      const option = question.kind === 'choice' ? question.outcome(view) : null;
      return option === null ? null : { grade: option === answer.option ? 'hit' : 'far', truth: { kind: 'choice', option }, factor: null, pairs: null };
    }
  }
}

function ofNumber({ scale, outcome }: NumberQuestion, value: number, view: ExperimentView): Score | null {
  const found = outcome(view);
  if (!found) return null;
  const truth: Answer = { kind: 'number', value: found.value };
  const factor = scale.logarithmic && value > 0 && found.value > 0 ? found.value / value : null;
  // Half a step of the scale is as exact as anybody could say it.
  const exact = within(value, found) || Math.abs(value - found.value) <= scale.step / 2;
  const near = factor === null ? Math.abs(value - found.value) <= NEAR_SHARE * (scale.to - scale.from) : Math.abs(Math.log(factor)) <= Math.log(NEAR_FACTOR);
  return { grade: exact ? 'hit' : near ? 'near' : 'far', truth, factor, pairs: null };
}

const within = (value: number, { value: middle, spread }: Outcome): boolean => (spread ? value >= spread[0] && value <= spread[1] : value === middle);

function ofOrder({ outcome }: OrderQuestion, order: readonly string[], view: ExperimentView): Score | null {
  const found = outcome(view);
  if (!found || order.some((id) => !(id in found))) return null;
  let [right, all] = [0, 0];
  order.forEach((id, i) => {
    for (const later of order.slice(i + 1)) {
      const [a, b] = [found[id]!, found[later]!];
      if (overlap(a, b)) continue;
      all++;
      if (a.value < b.value) right++;
    }
  });
  // Where nothing can be told apart, nothing was right or wrong.
  if (all === 0) return null;
  const truth: Answer = { kind: 'order', order: [...order].sort((a, b) => found[a]!.value - found[b]!.value) };
  return { grade: right === all ? 'hit' : right >= (2 / 3) * all ? 'near' : 'far', truth, factor: null, pairs: [right, all] };
}

/** Whether two outcomes cannot be told apart. */
function overlap(a: Outcome, b: Outcome): boolean {
  const [low, high] = a.value <= b.value ? [a, b] : [b, a];
  return (low.spread?.[1] ?? low.value) >= (high.spread?.[0] ?? high.value);
}

function ofCurve({ outcome }: CurveQuestion, points: readonly Point[], view: ExperimentView): Score | null {
  const found = outcome(view);
  if (!found || found.points.length < 2) return null;
  const heights = found.points.map(({ y }) => y);
  const range = Math.max(...heights) - Math.min(...heights);
  const off = points.flatMap(({ x, y }) => {
    const height = heightAt(found.points, x);
    return height === null ? [] : [Math.abs(y - height)];
  });
  if (off.length === 0) return null;
  const mean = off.reduce((sum, each) => sum + each, 0) / off.length;
  const grade = mean <= found.noise ? 'hit' : mean <= Math.max(found.noise, NEAR_CURVE * range) ? 'near' : 'far';
  return { grade, truth: { kind: 'curve', points: found.points }, factor: null, pairs: null };
}

/** The height of a line through points, in order of x; null outside of them. */
export function heightAt(points: readonly Point[], x: number): number | null {
  const after = points.findIndex((point) => point.x >= x);
  if (after < 0) return null;
  const next = points[after]!;
  if (next.x === x || after === 0) return next.x === x ? next.y : null;
  const last = points[after - 1]!;
  return last.y + ((next.y - last.y) * (x - last.x)) / (next.x - last.x);
}

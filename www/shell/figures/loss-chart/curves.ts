/** The numbers behind the loss chart. */
import { extent } from '../../../kit/extent';
import type { ExperimentView } from '../../store/experiment-view';
import type { Curve } from '../../store/run-view';

/** Weight of the past in the smoothed training loss. */
const SMOOTHING = 0.85;

/** One run's columns over the chart's common steps; null where it has no point. Those of a fork begin on the curve that it leaves. */
export interface RunColumns {
  raw: (number | null)[];
  smoothed: (number | null)[];
  validation: (number | null)[];
  /** Steps of its own training loss. */
  steps: readonly number[];
  /** Where it leaves the run that it is a fork of; null where it does not. */
  branch: { step: number; loss: number } | null;
  /** The step at which its validation curve begins on a line that nobody measured; null: everything is measured. */
  unmeasured: number | null;
}

export interface ChartData {
  steps: number[];
  runs: RunColumns[];
  /** Last step that the chart has room for. */
  last: number;
  /** Range of the losses worth showing; single outliers of the raw training loss may lie outside. */
  low: number;
  high: number;
}

/** Exponential moving average, corrected for its start at zero. */
export function smooth(values: number[]): number[] {
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * value;
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    return average / weight;
  });
}

/** Curves of a run with all that went before them. */
interface History {
  raw: Curve;
  smoothed: Curve;
  validation: Curve;
}

const NOTHING: Curve = { steps: [], values: [] };

/** A curve as far as a step. */
function until({ steps, values }: Curve, step: number): Curve {
  const end = steps.findIndex((at) => at > step);
  return end < 0 ? { steps, values } : { steps: steps.slice(0, end), values: values.slice(0, end) };
}

const joined = (first: Curve, second: Curve): Curve => ({ steps: [...first.steps, ...second.steps], values: [...first.values, ...second.values] });

/** The height of a line at a step that it reaches; null where it does not. */
export function heightAt({ steps, values }: Curve, step: number): number | null {
  const after = steps.findIndex((at) => at >= step);
  if (after < 0) return null;
  if (steps[after] === step) return values[after]!;
  if (after === 0) return null;
  const [x0, x1, y0, y1] = [steps[after - 1]!, steps[after]!, values[after - 1]!, values[after]!];
  return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

function historyOf(view: ExperimentView, run: number, depth = view.runs.length): History {
  const own = view.runs[run]!;
  const parent = depth > 0 ? view.parentOf(run) : -1;
  const before = parent < 0 ? { raw: NOTHING, validation: NOTHING } : historyOf(view, parent, depth - 1);
  const raw = joined(until(before.raw, own.from), own.curve('loss'));
  const validation = own.curve('validation_loss');
  const first = validation.steps[0] ?? Infinity;
  const earlier = until(before.validation, Math.min(own.from, first - 1));
  return { raw, smoothed: { steps: raw.steps, values: smooth(raw.values) }, validation: joined(earlier, validation) };
}

/** The part of a curve from a step on. */
function since({ steps, values }: Curve, step: number): Curve {
  const begin = steps.findIndex((at) => at >= step);
  return begin < 0 ? NOTHING : { steps: steps.slice(begin), values: values.slice(begin) };
}

/** What is drawn of a run: of a fork, from the point on where it leaves the other, once it has points of its own. */
function drawnOf(view: ExperimentView, run: number): History & Pick<RunColumns, 'branch' | 'unmeasured'> {
  const own = view.runs[run]!;
  const history = historyOf(view, run);
  const parent = view.parentOf(run);
  if (parent < 0) return { ...history, branch: null, unmeasured: null };
  const trained = own.curve('loss').steps.length > 0;
  const [raw, smoothed] = [history.raw, history.smoothed].map((curve) => (trained ? since(curve, own.from) : NOTHING)) as [Curve, Curve];
  const loss = smoothed.steps[0] === own.from ? smoothed.values[0]! : null;
  const begun = own.curve('validation_loss').steps.length > 0;
  const measured = since(begun ? history.validation : NOTHING, own.from);
  const height = begun && measured.steps[0] !== own.from ? heightAt(historyOf(view, parent).validation, own.from) : null;
  const start: Curve = height === null ? NOTHING : { steps: [own.from], values: [height] };
  return {
    raw,
    smoothed,
    validation: joined(start, measured),
    branch: loss === null ? null : { step: own.from, loss },
    unmeasured: height === null ? null : own.from,
  };
}

/** Puts all curves over one axis, which has room for `planned` steps while nothing is measured. */
export function chartData(view: ExperimentView | null, planned: number): ChartData {
  const runs = view?.runs ?? [];
  const drawn = view ? runs.map((_, run) => drawnOf(view, run)) : [];
  const steps = [...new Set(drawn.flatMap(({ raw, validation }) => [...raw.steps, ...validation.steps]))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const column = ({ steps: at, values }: Curve): (number | null)[] => {
    const filled = new Array<number | null>(steps.length).fill(null);
    at.forEach((step, i) => (filled[place.get(step)!] = values[i]!));
    return filled;
  };
  const ends: number[] = [];
  const columns = drawn.map(({ raw, smoothed, validation, branch, unmeasured }, run) => {
    for (const { values } of [smoothed, validation]) ends.push(...(extent(values.filter(Number.isFinite)) ?? []));
    return { raw: column(raw), smoothed: column(smoothed), validation: column(validation), steps: runs[run]!.curve('loss').steps, branch, unmeasured };
  });
  const last = runs.length === 0 ? planned : Math.max(1, ...runs.map((run) => run.steps));
  const [low, high] = extent(ends) ?? [0, 1];
  return { steps, runs: columns, last, low, high };
}

/** The columns behind the loss chart. */
import { countUpTo, type Point } from '../../../kit/chart/curves';
import { Smoothed } from '../../../kit/chart/smooth';
import type { ExperimentView } from '../../store/experiment-view';
import type { Curve, RunView } from '../../store/run-view';

/** What is drawn of a series; its first `lead` points are those of the run that it is a fork of, or lie on a line of that. */
export interface Drawn {
  x: readonly number[];
  y: readonly number[];
  lead: number;
}

export interface RunCurves {
  raw: Drawn;
  smoothed: Drawn;
  validation: Drawn;
  /** Where it leaves the run that it is a fork of; null where it does not. */
  branch: Point | null;
}

const NONE: Drawn = { x: [], y: [], lead: 0 };

/** A run's training losses behind those of the run that it is a fork of. They grow as its own do. */
class Joined {
  private before: Curve | null = null;
  private own: Curve | null = null;
  private count = 0;
  readonly curve: Curve = { steps: [], values: [] };

  of(before: Curve, count: number, own: Curve): Curve {
    const { steps, values } = this.curve;
    const taken = values.length - count;
    const same = before === this.before && count === this.count && own.values === this.own?.values && taken <= own.values.length && (taken <= 0 || Object.is(values.at(-1), own.values[taken - 1]));
    if (!same) {
      steps.splice(0, Infinity, ...before.steps.slice(0, count));
      values.splice(0, Infinity, ...before.values.slice(0, count));
    }
    for (let i = values.length - count; i < own.values.length; i++) {
      steps.push(own.steps[i]!);
      values.push(own.values[i]!);
    }
    [this.before, this.count, this.own] = [before, count, { ...own }];
    return this.curve;
  }
}

interface History {
  raw: Curve;
  smoothed: readonly number[];
  validation: Curve;
}

/** Curves of runs, of which only what has grown is computed again. */
export class LossCurves {
  private readonly joined = new WeakMap<RunView, Joined>();
  private readonly smoothers = new WeakMap<RunView, Smoothed>();

  /** `half`: neighbours on either side that a smoothed loss is of. */
  of(view: ExperimentView, half: number): RunCurves[] {
    return view.runs.map((_, run) => this.drawn(view, run, half));
  }

  /** What is drawn of a run: of a fork, from the point on where it leaves the other, once it has points of its own. */
  private drawn(view: ExperimentView, run: number, half: number): RunCurves {
    const own = view.runs[run]!;
    const { raw, smoothed, validation } = this.history(view, run, half);
    const parent = view.parentOf(run);
    if (parent < 0) {
      const all = (y: readonly number[]): Drawn => ({ x: raw.steps, y, lead: 0 });
      return { raw: all(raw.values), smoothed: all(smoothed), validation: { x: validation.steps, y: validation.values, lead: 0 }, branch: null };
    }
    const before = this.history(view, parent, half);
    const trained = own.curve('loss').steps.length > 0;
    const at = countUpTo(before.raw.steps, own.from) - 1;
    const branch = trained && before.raw.steps[at] === own.from ? { x: own.from, y: before.smoothed[at]! } : null;
    const since = (values: readonly number[], first: number): Drawn => {
      if (!trained) return NONE;
      const begin = countUpTo(raw.steps, own.from);
      const [x, y] = [raw.steps.slice(begin), values.slice(begin)];
      return branch ? { x: [own.from, ...x], y: [first, ...y], lead: 1 } : { x, y, lead: 0 };
    };
    return { raw: since(raw.values, before.raw.values[at] ?? NaN), smoothed: since(smoothed, branch?.y ?? NaN), validation: measured(own, validation, before.validation), branch };
  }

  /** Curves of a run with all that went before them. */
  private history(view: ExperimentView, run: number, half: number, depth = view.runs.length): History {
    const own = view.runs[run]!;
    const [raw, validation] = [own.curve('loss'), own.curve('validation_loss')];
    const parent = depth > 0 ? view.parentOf(run) : -1;
    if (parent < 0) return { raw, smoothed: this.smooth(own, raw, half), validation };
    const before = this.history(view, parent, half, depth - 1);
    const joined = found(this.joined, own, () => new Joined()).of(before.raw, countUpTo(before.raw.steps, own.from), raw);
    const earlier = countUpTo(before.validation.steps, Math.min(own.from, (validation.steps[0] ?? Infinity) - 1));
    return {
      raw: joined,
      smoothed: this.smooth(own, joined, half),
      validation: {
        steps: [...before.validation.steps.slice(0, earlier), ...validation.steps],
        values: [...before.validation.values.slice(0, earlier), ...validation.values],
      },
    };
  }

  private smooth(run: RunView, { values }: Curve, half: number): readonly number[] {
    let smoother = this.smoothers.get(run);
    if (smoother?.half !== half) this.smoothers.set(run, (smoother = new Smoothed(half)));
    return smoother.of(values);
  }
}

/** A fork's validation losses; where none was measured as it begins, they begin on the line of its run. */
function measured(own: RunView, { steps, values }: Curve, before: Curve): Drawn {
  if (own.curve('validation_loss').steps.length === 0) return NONE;
  const begin = countUpTo(steps, own.from - 1);
  const [x, y] = [steps.slice(begin), values.slice(begin)];
  const height = x[0] === own.from ? null : heightAt(before, own.from);
  return height === null ? { x, y, lead: 0 } : { x: [own.from, ...x], y: [height, ...y], lead: 1 };
}

/** The height of a line at a step that it reaches; null where it does not. */
export function heightAt({ steps, values }: Curve, step: number): number | null {
  const after = steps.findIndex((at) => at >= step);
  if (after < 0) return null;
  if (steps[after] === step) return values[after]!;
  if (after === 0) return null;
  const [x0, x1, y0, y1] = [steps[after - 1]!, steps[after]!, values[after - 1]!, values[after]!];
  return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

function found<K extends WeakKey, V>(known: WeakMap<K, V>, key: K, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

/** Letters of a run's name at the end of its line. */
const LONGEST_NAME = 13;

/** The beginning of a long name, or its end where another begins alike. */
export function shortened(name: string, all: readonly string[], longest = LONGEST_NAME): string {
  if (name.length <= longest) return name;
  const begin = name.slice(0, longest - 1).trim();
  return all.some((other) => other !== name && other.startsWith(begin)) ? `…${name.slice(1 - longest).trim()}` : `${begin}…`;
}

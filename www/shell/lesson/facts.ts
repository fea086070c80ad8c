/** The numbers of an experiment, as a lesson's explanation speaks of them. */
import type { TemplateResult } from 'lit';
import type { RunView } from '../store/run-view';
import { median } from '../store/statistics';
import type { ExperimentView } from '../store/experiment-view';
import { valueWithUnit } from '../text/values';
import type { Words } from '../text/words';
import { quantity } from '../figures/quantity';
import type { Lesson, LessonRun } from './lesson';
import { runsOf } from './lesson-spec';

/** The run of an experiment that a lesson calls so, in whichever language it was begun; null where it is not there. */
export function lessonRun(view: ExperimentView, run: Pick<LessonRun, 'name'>): RunView | null {
  const names = Object.values(run.name);
  return view.runs.find(({ name }) => names.includes(name)) ?? null;
}

/** A run of a lesson that has finished; null: it is not there, or goes on. */
export function finishedRun(view: ExperimentView, run: Pick<LessonRun, 'name'>): RunView | null {
  const found = lessonRun(view, run);
  return found?.status === 'finished' ? found : null;
}

/** Where a run stands among those of the experiment, for the mark of a prediction; null: it is not there. */
export function placeOf(view: ExperimentView, run: Pick<LessonRun, 'name'>): number | null {
  const found = lessonRun(view, run);
  return found && view.runs.indexOf(found);
}

/** One run's numbers; each is null until it is there. */
export class RunFacts {
  constructor(
    readonly view: RunView,
    private readonly words: Words,
  ) {}

  get name(): string {
    return this.view.name;
  }

  /** A metric, by the engine's name of it. */
  metric(name: string): number | null {
    return this.view.figure(name)?.value ?? null;
  }

  /** Bytes that a category of memory took at the peak of all together; 0 where it took none. */
  memory(category: string): number {
    return this.view.memory[category]?.at_peak_bytes ?? 0;
  }

  /** Peak of all categories together, in bytes. */
  get peak(): number | null {
    return this.view.memory['total']?.peak_bytes ?? null;
  }

  /** The first step after which a series is below a value; null: it never is. */
  firstBelow(series: string, value: number): number | null {
    const { steps, values } = this.view.curve(series);
    const at = values.findIndex((each) => each < value);
    return at < 0 ? null : steps[at]!;
  }

  /** A metric in words, marked as that quantity, so that it is the same wherever it stands. */
  tell(name: string): TemplateResult | string {
    const metric = this.view.figure(name);
    return metric ? quantity(this.view.name, name, metric.value, valueWithUnit(this.words, metric.value, metric.unit)) : '–';
  }
}

export class Facts {
  constructor(
    readonly view: ExperimentView,
    readonly words: Words,
    private readonly lesson: Lesson,
  ) {}

  /** A run of the lesson or one of its variations that has finished, by its id; null: it has not. */
  run(id: string): RunFacts | null {
    const known = runsOf(this.lesson).find((run) => run.id === id);
    const view = known && finishedRun(this.view, known);
    return view ? new RunFacts(view, this.words) : null;
  }

  get format(): Words['format'] {
    return this.words.format;
  }
}

/**
 * How much a loss is off by chance, in nats: the standard deviation of the mean of ten training losses around their course, as batches are
 * easier and harder, over the last steps.
 *
 * Lessons take it for the noise of a validation loss as well, since one run shows no other. What another seed would change is not in it.
 */
export const noiseOf = (run: RunView): number => jitter(run.curve('loss').values);

/**
 * How much differences between runs are off by chance: the same of the difference of their training losses, of the two that differ most.
 *
 * Runs of a lesson read the same text in the same order, so that what is hard for all of them cancels out.
 */
export function noiseAmong(runs: readonly RunView[]): number {
  const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map((b) => differences(a, b)));
  return Math.max(0, ...pairs.map(jitter));
}

/** Of two runs' training losses, at the steps that both made. */
function differences(a: RunView, b: RunView): number[] {
  const [first, second] = [a.curve('loss'), b.curve('loss')];
  const there = new Map(second.steps.map((step, i) => [step, second.values[i]!]));
  return first.steps.flatMap((step, i) => (there.has(step) ? [first.values[i]! - there.get(step)!] : []));
}

/** Standard deviation of the last values around their course, for the mean of ten. */
function jitter(values: readonly number[]): number {
  const last = values.slice(-40);
  // Second differences: a course that rises or falls evenly has none.
  const bends = last.slice(2).map((value, i) => Math.abs(value - 2 * last[i + 1]! + last[i]!));
  // Those of independent values spread √6 (1 + 4 + 1) as much as the values; a mean of ten, √10 less. Half of a normal distribution is within 0.6745.
  return (median(bends) ?? 0) / Math.sqrt(6) / Math.sqrt(10) / 0.6745;
}

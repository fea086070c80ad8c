/** What is known of an experiment while it runs: its events, folded. A finished {@link ExperimentResult} folds to the same shape. */
import type { Environment } from '../types/generated/Environment';
import type { Event } from '../types/generated/Event';
import type { MemoryUse } from '../types/generated/MemoryUse';
import type { Problem } from '../types/generated/Problem';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { RunResult } from '../types/generated/RunResult';
import type { SampleStage } from '../types/generated/SampleStage';
import type { Spec } from '../types/generated/Spec';
import { resolve } from '../spec/patch';

/** Points of one curve, in order of their steps. */
export interface Curve {
  steps: number[];
  values: number[];
}

export interface SampleView {
  prompt: string;
  text: string;
  done: boolean;
}

export interface RunView {
  name: string;
  status: 'waiting' | 'running' | 'finished' | 'cancelled' | 'failed';
  problem: Problem | null;
  step: number;
  steps: number;
  trainable: number | null;
  total: number | null;
  stepMilliseconds: number | null;
  tokensPerSecond: number | null;
  curves: Record<string, Curve>;
  memory: Record<string, MemoryUse>;
  samples: Partial<Record<SampleStage, SampleView>>;
}

/** One experiment as it is shown. */
export interface Measured {
  spec: Spec;
  runs: RunView[];
  elapsedSeconds: number;
  remainingSeconds: number | null;
  environment: Environment | null;
  result: ExperimentResult | null;
  ended: Date | null;
}

/** Optimizer steps whose times the shown median is of. */
const STEP_WINDOW = 15;
const recentSteps = new WeakMap<RunView, number[]>();

/** An experiment of which nothing is measured yet. */
export function nothingMeasured(spec: Spec): Measured {
  const runs = spec.runs.map(({ name }, i): RunView => ({
    name,
    status: 'waiting',
    problem: null,
    step: 0,
    steps: resolve(spec, i).training.steps,
    trainable: null,
    total: null,
    stepMilliseconds: null,
    tokensPerSecond: null,
    curves: {},
    memory: {},
    samples: {},
  }));
  return { spec, runs, elapsedSeconds: 0, remainingSeconds: null, environment: null, result: null, ended: null };
}

/** Takes in one event. */
export function apply(measured: Measured, event: Event): void {
  const run = measured.runs[event.run];
  if (!run) return;
  switch (event.type) {
    case 'started':
      run.status = 'running';
      run.steps = event.steps;
      run.trainable = event.trainable_parameters;
      run.total = event.total_parameters;
      break;
    case 'progress':
      run.step = event.step;
      run.steps = event.steps;
      run.stepMilliseconds = medianStep(run, event.step_milliseconds);
      run.tokensPerSecond = event.tokens_per_second;
      measured.remainingSeconds = event.remaining_seconds;
      break;
    case 'metric': {
      const curve = (run.curves[event.series] ??= { steps: [], values: [] });
      curve.steps.push(event.step);
      curve.values.push(event.value);
      break;
    }
    case 'memory':
      run.memory = event.memory;
      break;
    case 'sample':
      run.samples[event.stage] = { prompt: event.prompt, text: event.text, done: event.done };
      break;
    case 'finished':
    case 'cancelled':
      run.status = event.type;
      break;
    case 'failed':
      run.status = 'failed';
      run.problem = event.problem;
      break;
  }
}

function medianStep(run: RunView, milliseconds: number): number {
  const recent = recentSteps.get(run) ?? [];
  recentSteps.set(run, [...recent, milliseconds].slice(-STEP_WINDOW));
  const sorted = [...recentSteps.get(run)!].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Takes in the result; its figures replace those gathered on the way. */
export function complete(measured: Measured, result: ExperimentResult): void {
  measured.result = result;
  measured.environment = result.environment;
  measured.remainingSeconds = 0;
  measured.ended = new Date();
  result.runs.forEach((run, i) => completeRun(measured.runs[i]!, run));
}

function completeRun(view: RunView, run: RunResult): void {
  view.status = run.status;
  view.problem = run.problem ?? null;
  view.memory = run.memory;
  for (const [name, points] of Object.entries(run.series)) {
    view.curves[name] = { steps: points.map(([step]) => step), values: points.map(([, value]) => value) };
  }
  for (const { stage, prompt, text } of run.samples) view.samples[stage] = { prompt, text, done: true };
}

/** The base model's validation losses: what was measured before the first step, each value once. */
export function baseLosses(measured: Measured): number[] {
  const values = measured.runs.flatMap((run) => {
    const curve = run.curves.validation_loss;
    return curve && curve.steps[0] === 0 ? [curve.values[0]!] : [];
  });
  return values.filter((value, i) => values.findIndex((other) => Math.abs(other - value) < 1e-6) === i);
}

/** Results that no run gave, for tests of what is said of results. */
import { ranksOf, resolve } from '../engine/spec/patch';
import type { ExperimentResult } from '../types/generated/ExperimentResult';
import type { MemoryUse } from '../types/generated/MemoryUse';
import type { Metric } from '../types/generated/Metric';
import type { ParallelReport } from '../types/generated/ParallelReport';
import type { Planned } from '../types/generated/Planned';
import type { Prediction } from '../types/generated/Prediction';
import type { RankStep } from '../types/generated/RankStep';
import type { RunResult } from '../types/generated/RunResult';
import type { SegmentKind } from '../types/generated/SegmentKind';
import type { Span } from '../types/generated/Span';
import type { Spec } from '../types/generated/Spec';
import type { Timeline } from '../types/generated/Timeline';
import type { ClockPort } from '../shell/ports';
import { ExperimentView } from '../shell/store/experiment-view';

/** A clock at which nothing ever happens. */
const STOPPED: ClockPort = { now: () => 0, after: () => () => undefined };

const MEMORY = ['parameters', 'gradients', 'optimizer', 'activations', 'data', 'communication', 'total'];

/** How losses lie: each run below the one before it, above it, or all alike. */
export type Course = 'falling' | 'rising' | 'alike';

const loss = (course: Course, run: number): number => 3 + (course === 'alike' ? 0 : course === 'falling' ? -0.3 * run : 0.3 * run);

const metric = (value: number, unit: string, spread: Metric['spread'] = null): Metric => ({ value, unit, kind: 'measured', spread });

/** What its ranks took, the more the later the run is. */
const memoryOf = (run: number): Record<string, MemoryUse> =>
  Object.fromEntries(MEMORY.map((category, i) => [category, { live_bytes: 0, peak_bytes: 2 ** 20 * (i + 2 + run), at_peak_bytes: 2 ** 20 * (i + 1 + run) }]));

/** What ranks report, as far as lessons read it: each sends a little of everything. */
function parallelOf(ranks: number, run: number): ParallelReport {
  const kinds = ['all_reduce', 'all_gather', 'reduce_scatter', 'point_to_point'];
  const last = Array.from(
    { length: ranks },
    (_, rank): RankStep => ({
      rank,
      step: 1,
      loss: 3,
      gradient_norm: 1,
      learning_rate: 0.001,
      seconds: 0.05,
      spans: [],
      phase: { start: 0, end: 0.04, compute: 0.03, transfer: 0 },
      traffic: kinds.map((kind, i) => ({ kind, bytes: 1000 * (run + 1) * (i + 1), messages: 4, wait_seconds: 0.001, transfer_seconds: 0.001 })),
      memory: memoryOf(run),
    }),
  );
  const spans = last.map(({ rank }): Span => ({ rank, action: { type: 'forward', micro_batch: 0, virtual_stage: 0 }, start: 0, end: 0.025, kind: 'compute' }));
  const timeline: Timeline = { spans, makespan: 0.03 + 0.01 * run, ranks: last.map(() => ({ compute: 0.03, transfer: 0, wait: 0.01 })), bubble_fraction: 0.2, utilisation: last.map(() => 0.8) };
  const planned: Planned = {
    ranks: last.map(({ rank }) => ({ rank, data: 0, pipeline: rank, tensor: 0, segments: [[2 * rank, 2 * rank + 2]], parameters: 1000, bytes: {} })),
    segments: last.flatMap((): SegmentKind[] => ['attention', 'feed_forward']),
    parameters: 2_000_000,
    trainable_parameters: 2_000_000,
    tokens_per_step: 256,
    schedule: last.map(() => []),
    timeline,
    ideal_bubble: 0.2,
  };
  const prediction: Prediction = { stages: [], timeline, step_seconds: 0.05, one_rank_seconds: 0.08, bubble_fraction: 0.2, traffic: last.map(({ traffic }) => traffic) };
  return { planned, prediction, transport: 'shared', pilots: [], last };
}

function runResult(spec: Spec, run: number, course: Course): RunResult {
  const config = resolve(spec, run);
  const { training } = config;
  const ranks = ranksOf(config);
  const end = loss(course, run);
  const at = (step: number): number => 6 - ((6 - end) * step) / training.steps;
  const steps = Array.from({ length: training.steps }, (_, i) => i + 1);
  const milliseconds = 40 + 10 * run;
  return {
    name: spec.runs[run]!.name,
    status: 'finished',
    problem: null,
    diff: [],
    series: {
      loss: steps.map((step): [number, number] => [step, at(step) + (step % 2 ? 0.02 : -0.02)]),
      validation_loss: [0, 0.25, 0.5, 0.75, 1].map((share): [number, number] => [Math.round(share * training.steps), at(share * training.steps)]),
      step_milliseconds: steps.map((step): [number, number] => [step, milliseconds]),
    },
    metrics: {
      validation_loss: metric(end, 'nats/token'),
      base_validation_loss: metric(6, 'nats/token'),
      loss: metric(end, 'nats/token'),
      unigram_loss: metric(4.5, 'nats/token'),
      bigram_loss: metric(3.2, 'nats/token'),
      step_time: metric(milliseconds, 'ms', [milliseconds - 2, milliseconds + 3]),
      duration: metric((milliseconds * training.steps) / 1000, 's'),
      tokens_per_second: metric(3000, 'tokens/s'),
      trainable_parameters: metric(20_000 * (run + 1), 'parameters'),
      total_parameters: metric(2_000_000, 'parameters'),
      trainable_share: metric(0.01, 'ratio'),
      peak_memory: metric(2 ** 20 * (40 - run), 'bytes'),
      ...(config.evaluation.base_corpus !== '' && { base_text_loss: metric(4 + 0.1 * run, 'nats/token'), forgetting: metric(0.2 + (course === 'alike' ? 0 : 0.1 * run), 'nats/token') }),
      ...(ranks > 1 && {
        bytes_sent: metric(10_000 * (run + 1), 'bytes'),
        bubble_fraction: metric(0.3 - 0.02 * run, 'ratio', [0.2, 0.4]),
        predicted_bubble_fraction: { ...metric(0.28 - 0.02 * run, 'ratio'), kind: 'modelled' as const },
        ideal_bubble_fraction: { ...metric(0.25 - 0.02 * run, 'ratio'), kind: 'modelled' as const },
      }),
    },
    memory: memoryOf(run),
    samples: [],
    reports: ranks > 1 ? { parallel: parallelOf(ranks, run) } : {},
  };
}

/** An experiment that has just begun: nothing is known of it. */
export const begun = (spec: Spec): ExperimentView => new ExperimentView(spec, STOPPED);

/** An experiment whose runs all finished. */
export function finished(spec: Spec, course: Course): ExperimentView {
  const result: ExperimentResult = {
    version: 2,
    spec,
    environment: { engine: 'tinyai 1', variant: 'single-simd128', simd: 'simd128', threads: 1, isolated: true, cores: 2, user_agent: 'test' },
    runs: spec.runs.map((_, run) => runResult(spec, run, course)),
    comparison: [],
    advice: [],
  };
  return ExperimentView.of(result, STOPPED, new Date(0));
}

/** The result of a tournament that nobody ran: losses and costs such as these methods have, for tests and for looking at figures. */
import { resolve } from '../../../engine/spec/patch';
import type { ExperimentResult } from '../../../types/generated/ExperimentResult';
import type { Metric } from '../../../types/generated/Metric';
import type { RunResult } from '../../../types/generated/RunResult';
import type { Spec } from '../../../types/generated/Spec';
import { searchOf, type Candidate, type SearchReport } from '../../../types/search';

/** What a method comes to: loss, forgetting, parameters, bytes and milliseconds of a step, and the rate that suits it. */
const LIKE: Record<string, [loss: number, forgetting: number, parameters: number, mebibytes: number, milliseconds: number, rate: number]> = {
  full: [3.02, 0.62, 2_048_256, 41, 52, 0.0005],
  lora: [3.09, 0.31, 61_440, 27, 44, 0.003],
  dora: [3.08, 0.33, 66_048, 31, 61, 0.003],
  adapter: [3.11, 0.28, 76_800, 28, 47, 0.003],
  ia3: [3.42, 0.06, 5_376, 24.5, 43, 0.03],
  bitfit: [3.35, 0.09, 7_680, 22, 38, 0.012],
  prefix_tuning: [3.39, 0.04, 12_288, 25, 46, 0.03],
  prompt_tuning: [3.47, 0.02, 1_536, 29, 48, 0.03],
  last_layers: [3.2, 0.19, 401_000, 17, 21, 0.001],
};

const metric = (value: number, unit: string): Metric => ({ value, unit, kind: 'measured', spread: null });

/** Numbers that look as if they were chance, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed * 7919 + 13;
  return () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
}

function searched(base: number, best: number, suits: number, { candidates, lowest, highest, steps }: ReturnType<typeof searchOf>, next: () => number): SearchReport {
  const all: Candidate[] = Array.from({ length: candidates }, (_, i) => ({ learning_rate: lowest * (highest / lowest) ** (i / Math.max(1, candidates - 1)), losses: [], dropped_after: null }));
  let alive = all;
  let [done, spent] = [0, 0];
  for (let round = 1; ; round++) {
    spent += alive.length * (steps * round - done);
    done = steps * 2 ** (round - 1);
    for (const candidate of alive) {
      const off = Math.log10(candidate.learning_rate / suits);
      const loss = off > 1.2 ? NaN : base - (base - best) * Math.min(1, 0.45 * round) * Math.exp(-off * off) + (off > 0.7 ? 0.9 * off : 0) + 0.01 * next();
      candidate.losses.push([done, loss]);
    }
    if (alive.length === 1) break;
    const order = [...alive].sort((a, b) => (a.losses.at(-1)![1] || 99) - (b.losses.at(-1)![1] || 99));
    alive = order.slice(0, Math.ceil(order.length / 2));
    for (const candidate of order.slice(alive.length)) candidate.dropped_after = done;
  }
  return { chosen: alive[0]?.learning_rate ?? null, candidates: all, steps: spent, seconds: spent * 0.05 };
}

function runResult(spec: Spec, run: number): RunResult {
  const config = resolve(spec, run);
  const { training, fine_tuning } = config;
  const [best, forgetting, parameters, mebibytes, milliseconds, rate] = LIKE[fine_tuning.method] ?? LIKE['lora']!;
  const next = chance(run + training.seed);
  const base = 4.1;
  const end = best + 0.02 * next();
  const at = (step: number): number => end + (base - end) * Math.exp((-4 * step) / training.steps);
  const steps = Array.from({ length: training.steps }, (_, i) => i + 1);
  const bytes = mebibytes * 2 ** 20;
  const search = searchOf(config);
  const report = search.candidates > 0 ? searched(base, best, rate, search, next) : null;
  const shares = { parameters: 8.2 * 2 ** 20, gradients: parameters * 4, optimizer: parameters * 8 };
  const activations = bytes - shares.parameters - shares.gradients - shares.optimizer;
  const use = (at_peak_bytes: number) => ({ live_bytes: 0, peak_bytes: at_peak_bytes, at_peak_bytes });
  return {
    name: spec.runs[run]!.name,
    status: 'finished',
    problem: null,
    diff: [],
    series: {
      loss: steps.map((step): [number, number] => [step, at(step) + 0.25 * next()]),
      validation_loss: [0, ...steps.filter((step) => step % config.evaluation.every === 0)].map((step): [number, number] => [step, at(step)]),
      step_milliseconds: steps.map((step): [number, number] => [step, milliseconds + next()]),
    },
    metrics: {
      validation_loss: metric(at(training.steps), 'nats/token'),
      base_validation_loss: metric(base, 'nats/token'),
      loss: metric(at(training.steps), 'nats/token'),
      base_text_loss: metric(2.9 + forgetting, 'nats/token'),
      forgetting: metric(forgetting + 0.01 * next(), 'nats/token'),
      trainable_parameters: metric(parameters, 'parameters'),
      total_parameters: metric(2_048_256, 'parameters'),
      trainable_share: metric(parameters / 2_048_256, 'ratio'),
      peak_memory: metric(bytes, 'bytes'),
      step_time: metric(milliseconds + next(), 'ms'),
      duration: metric((milliseconds * training.steps) / 1000 + (report?.seconds ?? 0), 's'),
      adapter_bytes: metric(parameters * 4 + 900, 'bytes'),
      ...(report && { search_time: metric(report.seconds, 's'), learning_rate: metric(report.chosen ?? training.learning_rate, '') }),
    },
    memory: { parameters: use(shares.parameters), gradients: use(shares.gradients), optimizer: use(shares.optimizer), activations: use(activations), total: { live_bytes: 0, peak_bytes: bytes, at_peak_bytes: bytes } },
    samples: [],
    reports: { ...(report && { search: report }) } as RunResult['reports'],
  };
}

export const tournamentResult = (spec: Spec): ExperimentResult => ({
  version: 2,
  spec,
  environment: { engine: 'tinyai 1', variant: 'single-simd128', simd: 'simd128', threads: 1, isolated: true, cores: 2, user_agent: 'test' },
  runs: spec.runs.map((_, run) => runResult(spec, run)),
  comparison: [],
  advice: [],
});

import { describe, expect, test } from 'vitest';
import type { ExperimentResult } from '../../types/generated/ExperimentResult';
import type { Metric } from '../../types/generated/Metric';
import type { RunResult } from '../../types/generated/RunResult';
import { curves, differences, metricTable, tokensPerStep, warnings, type ComparedRun } from './index';

const BASE = {
  data: { corpus: 'song-ci', context: 64 },
  fine_tuning: { method: 'full', lora: { rank: 4, targets: ['q_proj', 'v_proj'] } },
  training: { steps: 200, batch_size: 8, seed: 42 },
};
const ENVIRONMENT = { engine: 'tinyai 1', variant: 'threads-relaxed', simd: 'relaxed-simd', threads: 4, isolated: true, cores: 8, user_agent: 'Firefox' };

const metric = (value: number, unit = 'ms', kind: Metric['kind'] = 'measured'): Metric => ({ value, unit, kind, spread: null });

interface Made {
  patch?: object;
  base?: object;
  run?: Partial<RunResult>;
  environment?: Partial<ExperimentResult['environment']>;
  begun?: boolean;
}

/** One run of an entry with two. */
function made({ patch = {}, base = BASE, run = {}, environment = {}, begun = true }: Made = {}): ComparedRun {
  const outcome = { name: 'run', status: 'finished', problem: null, diff: [], series: {}, metrics: {}, memory: {}, samples: [], ...run } as RunResult;
  const spec = { version: 2, base, runs: [{ name: 'other', patch: { training: { seed: 1 } } }, { name: 'run', patch }] };
  const result = { version: 2, spec, environment: { ...ENVIRONMENT, ...environment }, runs: [outcome, outcome], comparison: [], advice: [] };
  return { entry: { spec, result: begun ? (result as unknown as ExperimentResult) : null }, index: 1 };
}

describe('differences', () => {
  test('are the fields of the whole configurations, with each value', () => {
    const lora = made({ patch: { fine_tuning: { method: 'lora' }, training: { steps: 100 } } });
    const short = made({ base: { ...BASE, training: { ...BASE.training, steps: 100 } } });
    expect(differences([made(), lora, short])).toEqual([
      { path: 'fine_tuning.method', values: ['full', 'lora', 'full'] },
      { path: 'training.steps', values: [200, 100, 100] },
    ]);
  });

  test('show a field that is missing as undefined, and one that is null as removed', () => {
    const [bare, odd] = [made({ patch: { fine_tuning: null } }), made({ patch: { mesh: { data: 2 } } })];
    expect(differences([bare, odd])).toEqual([
      { path: 'fine_tuning.method', values: [undefined, 'full'] },
      { path: 'fine_tuning.lora.rank', values: [undefined, 4] },
      { path: 'fine_tuning.lora.targets', values: [undefined, ['q_proj', 'v_proj']] },
      { path: 'mesh.data', values: [undefined, 2] },
    ]);
  });

  test('compare lists as a whole, and what a run goes on from', () => {
    const other = made({ patch: { fine_tuning: { lora: { targets: ['q_proj'] } } } });
    Object.assign(other.entry.spec.runs[1]!, { fork: { run: 'full', step: 100 } });
    expect(differences([made(), other])).toEqual([
      { path: 'fine_tuning.lora.targets', values: [['q_proj', 'v_proj'], ['q_proj']] },
      { path: 'fork.run', values: [undefined, 'full'] },
      { path: 'fork.step', values: [undefined, 100] },
    ]);
  });

  test('of a fork are those from the run that it goes on from', () => {
    const fork = made({ patch: { training: { steps: 300 } } });
    Object.assign(fork.entry.spec.runs[1]!, { fork: { run: 'other', step: 100 } });
    expect(differences([fork, made()]).filter(({ path }) => path === 'training.seed')).toEqual([{ path: 'training.seed', values: [1, 42] }]);
  });

  test('there are none between a run and itself, or of no runs', () => {
    expect(differences([made(), made()])).toEqual([]);
    expect(differences([])).toEqual([]);
    expect(differences([{ ...made(), index: 7 }, made({ patch: {} })])).toEqual([]);
  });
});

describe('the table of metrics', () => {
  test('has all of them, null where a run has none, and ratios to the baseline', () => {
    const a = made({ run: { metrics: { step_time: { ...metric(20), spread: [18, 25] }, loss: metric(2, 'nats/token') } } });
    const b = made({ run: { metrics: { step_time: metric(10), duration: metric(3, 's', 'modelled') } } });
    const table = metricTable([a, b, made({ begun: false })], 1);
    expect(table.map((row) => row.name)).toEqual(['step_time', 'loss', 'duration']);
    expect(table[0]).toEqual({
      name: 'step_time',
      unit: 'ms',
      cells: [{ ...metric(20), spread: [18, 25], ratio: 2 }, { ...metric(10), ratio: 1 }, null],
    });
    expect(table[1]!.cells).toEqual([{ ...metric(2, 'nats/token'), ratio: null }, null, null]);
    expect(table[2]!.cells).toEqual([null, { ...metric(3, 's', 'modelled'), ratio: 1 }, null]);
  });

  test('has no ratio to 0, to no number, or between units', () => {
    const of = (value: number, unit?: string): ComparedRun => made({ run: { metrics: { m: metric(value, unit) } } });
    const ratios = (runs: ComparedRun[], baseline = 0): unknown[] => metricTable(runs, baseline)[0]!.cells.map((cell) => cell?.ratio);
    expect(ratios([of(0), of(5)])).toEqual([null, null]);
    expect(ratios([of(NaN), of(5)])).toEqual([null, null]);
    expect(ratios([of(4), of(0)])).toEqual([1, 0]);
    expect(metricTable([of(1, 's'), of(1, 'ms')], 0)[0]).toMatchObject({ unit: null, cells: [{ ratio: 1 }, { ratio: null }] });
    expect(ratios([of(4)], 9)).toEqual([null]);
  });

  test('follows the order of the engine’s comparison', () => {
    const run = made({ run: { metrics: { a: metric(1), z: metric(2) } } });
    run.entry.result!.comparison.push(...(['gone', 'z'].map((name) => ({ metric: name })) as never[]));
    expect(metricTable([run], 0).map((row) => row.name)).toEqual(['z', 'a']);
  });
});

describe('curves', () => {
  const loss: [number, number][] = [[1, 4], [2, 3], [3, 2]];
  const step_milliseconds: [number, number][] = [[1, 500], [2, 250], [3, 250]];

  test('by step; a series that a run has not is null', () => {
    const { series, missing } = curves([made({ run: { series: { loss } } }), made({ run: { series: { accuracy: [[2, 0.5]] } } })], 'step');
    expect(series.get('loss')).toEqual([{ x: [1, 2, 3], y: [4, 3, 2] }, null]);
    expect(series.get('accuracy')).toEqual([null, { x: [2], y: [0.5] }]);
    expect(missing).toEqual([]);
  });

  test('by tokens, of each run’s own batches', () => {
    const runs = [made({ run: { series: { loss } } }), made({ run: { series: { loss } }, patch: { training: { batch_size: 2 } } })];
    const [a, b] = curves(runs, 'tokens').series.get('loss')!;
    expect(a!.x).toEqual([512, 1024, 1536]);
    expect(b!.x).toEqual([128, 256, 384]);
  });

  test('by time, which is the sum of the steps; before the first it is 0', () => {
    const validation_loss: [number, number][] = [[0, 5], [2, 4], [9, 3]];
    const { series } = curves([made({ run: { series: { loss, step_milliseconds, validation_loss } } })], 'time');
    expect(series.get('loss')).toEqual([{ x: [0.5, 0.75, 1], y: [4, 3, 2] }]);
    expect(series.get('validation_loss')![0]!.x).toEqual([0, 0.75, 1]);
  });

  test('name the runs whose x nothing tells', () => {
    const bare = made({ base: { model: {} }, run: { series: { loss } } });
    expect(curves([bare, made({ begun: false })], 'tokens')).toEqual({ series: new Map([['loss', [null, null]]]), missing: [0] });
    expect(curves([bare, made({ run: { series: { loss, step_milliseconds } } })], 'time').missing).toEqual([0]);
  });

  test('are in order, and have null where a value is no number', () => {
    const points = [[3, 1], [1, NaN], [2, null]] as [number, number][];
    expect(curves([made({ run: { series: { loss: points } } })], 'step').series.get('loss')).toEqual([{ x: [1, 2, 3], y: [null, null, 1] }]);
  });

  test('tokens per step are as the run says, as its configuration says, as was measured', () => {
    expect(tokensPerStep(made())).toBe(512);
    expect(tokensPerStep(made({ run: { metrics: { tokens_per_step: metric(300, 'tokens') } } }))).toBe(300);
    const speed = { tokens_per_second: metric(9999.99999, 'tokens/s'), step_time: metric(25.6) };
    expect(tokensPerStep(made({ base: {}, run: { metrics: speed } }))).toBe(256);
    expect(tokensPerStep(made({ base: {} }))).toBeNull();
  });

  test('a batch of version 1 is that of one forward pass, one of version 2 that of the step, whatever its parts', () => {
    const training = { batch_size: 8, gradient_accumulation: 2, micro_batches: 4 };
    const run = made({ base: { ...BASE, training } });
    expect(tokensPerStep(run)).toBe(512);
    expect(tokensPerStep({ ...run, entry: { ...run.entry, spec: { ...run.entry.spec, version: 1 } } })).toBe(1024);
  });
});

describe('warnings', () => {
  const kinds = (...runs: ComparedRun[]): string[] => warnings(runs).map(({ kind }) => kind);
  const done = (steps: number, more: Made = {}): ComparedRun => made({ ...more, run: { series: { loss: [[steps, 1]] }, ...more.run } });

  test('there are none where all is equal', () => {
    expect(kinds(done(200), done(200, { patch: { fine_tuning: { method: 'lora' } } }))).toEqual([]);
  });

  test.each<[string, Made]>([
    ['data', { patch: { data: { corpus: 'tang-poems' } } }],
    ['seed', { patch: { training: { seed: 7 } } }],
    ['engine', { environment: { engine: 'tinyai 2' } }],
    ['build', { environment: { simd: 'simd128' } }],
    ['threads', { environment: { threads: 1 } }],
    ['machine', { environment: { user_agent: 'Safari' } }],
    ['unfinished', { run: { status: 'cancelled' } }],
  ])('of unequal %s', (kind, change) => {
    const plain = warnings([done(200), done(200, change)]);
    expect(plain.map((warning) => warning.kind)).toEqual([kind]);
    expect(plain[0]!.text.zh).not.toBe(plain[0]!.text.en);
  });

  test('of unequal steps: those done, not those planned', () => {
    expect(warnings([done(200), done(150)])[0]).toMatchObject({ kind: 'steps', text: { en: expect.stringContaining('200, 150') } });
    expect(kinds(done(100), done(100, { patch: { training: { steps: 100 } } }))).toEqual([]);
  });

  test('of units and origins', () => {
    const of = (unit: string, kind: Metric['kind']): ComparedRun => done(1, { run: { series: { loss: [[1, 1]] }, metrics: { m: metric(1, unit, kind) } } });
    expect(warnings([of('ms', 'measured'), of('s', 'quoted')]).map(({ kind, text }) => [kind, text.en])).toEqual([
      ['units', 'Units differ: {metrics.m} (ms, s). These have no ratio.'],
      ['kinds', 'Figures of different origin stand side by side: {metrics.m} (measured, quoted).'],
    ]);
  });

  test('name the values that differ, each once', () => {
    const [warning] = warnings([done(1), done(1, { patch: { data: { corpus: 'tang-poems' } } }), done(1)]);
    expect(warning!.text.en).toContain('{data.corpus} ({data.corpus=song-ci} / {data.corpus=tang-poems})');
  });

  test('of a run that has not begun only what is known', () => {
    expect(kinds(done(200), made({ begun: false }))).toEqual(['unfinished']);
  });
});

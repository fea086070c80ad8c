import { afterEach, expect, test, vi } from 'vitest';
import { specOf } from '../../../engine/spec/defaults';
import { finishedRun } from '../../../shell/lesson/facts';
import type { LessonRun } from '../../../shell/lesson/lesson';
import { ExperimentView } from '../../../shell/store/experiment-view';
import { WoundClock } from '../../../shell/testing/clock';
import type { Event } from '../../../types/generated/Event';
import type { Metric } from '../../../types/generated/Metric';
import type { Prediction } from '../../../types/generated/Prediction';
import { rankStep } from '../testing';
import { coresNote } from './cores';
import { bubble, bytesSent, outcomeOf, peakOf, phaseShare, stepTime } from './measured';

const RUN: LessonRun = { id: 'pipeline', name: { en: 'pipeline', zh: '流水线' }, patch: {} };

const metric = (value: number, unit: string, kind: Metric['kind'], spread: Metric['spread'] = null): Metric => ({ value, unit, kind, spread });

/** A finished run of four stages, on a machine of so many cores. */
function onCores(hardwareConcurrency: number): ExperimentView {
  vi.stubGlobal('navigator', { hardwareConcurrency });
  const view = new ExperimentView(specOf({ mesh: { pipeline: 4 } }, [{ name: 'one', patch: { mesh: { pipeline: 1 } } }, { name: '流水线', patch: {} }]), new WoundClock());
  const memory = { activations: { live_bytes: 0, peak_bytes: 500, at_peak_bytes: 400 }, total: { live_bytes: 0, peak_bytes: 900, at_peak_bytes: 900 } };
  const sent = (kind: string, bytes: number) => ({ kind, bytes, messages: 1, wait_seconds: 0, transfer_seconds: 0 });
  const phase = (start: number, end: number) => ({ start, end, compute: 0.02, transfer: 0 });
  const spans = [
    { rank: 0, action: { type: 'forward', micro_batch: 0, virtual_stage: 0 }, start: 0, end: 0.01, kind: 'compute' },
    { rank: 0, action: { type: 'backward', micro_batch: 0, virtual_stage: 0 }, start: 0.02, end: 0.03, kind: 'compute' },
    { rank: 0, action: { type: 'optimizer_step' }, start: 0.03, end: 0.04, kind: 'compute' },
  ];
  const events = [
    { type: 'figure', run: 1, name: 'step_time', figure: metric(90, 'ms', 'measured', [80, 100]) },
    { type: 'figure', run: 1, name: 'bubble_fraction', figure: metric(0.3, 'ratio', 'measured', [0.25, 0.35]) },
    { type: 'figure', run: 1, name: 'predicted_bubble_fraction', figure: metric(0.4, 'ratio', 'modelled') },
    { type: 'predicted', run: 1, transport: 'shared', pilots: [], prediction: { timeline: { makespan: 0.04, spans } } as Prediction },
    { type: 'ranks', run: 1, ranks: [rankStep(0, 0, [], { seconds: 0.1, phase: phase(5, 5.05), memory, traffic: [sent('all_reduce', 30), sent('point_to_point', 12)] }), rankStep(1, 0, [], { seconds: 0.09, phase: phase(5.01, 5.06) })] },
    { type: 'finished', run: 1 },
  ] as unknown as Event[];
  for (const event of events) view.apply(event);
  return view;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('with a core for each rank, times are those that were measured', () => {
  const view = onCores(4);
  const run = finishedRun(view, RUN)!;
  expect(stepTime(view, run)).toMatchObject({ name: 'step_time', value: 90, spread: [80, 100], modelled: false });
  expect(bubble(view, run)).toMatchObject({ name: 'bubble_fraction', value: 0.3, modelled: false });
  expect(coresNote.en(view)).toContain('each of the 4 ranks had one to itself');
  expect(coresNote.zh(view)).toContain('各占一个');
});

test('where ranks share cores, times are modelled, and the lesson says so', () => {
  const view = onCores(2);
  const run = finishedRun(view, RUN)!;
  expect(stepTime(view, run)).toMatchObject({ name: 'own_core_step_time', value: 40, spread: null, modelled: true });
  expect(bubble(view, run)).toMatchObject({ name: 'predicted_bubble_fraction', value: 0.4, modelled: true });
  expect(coresNote.en(view)).toMatch(/2 cores for 4 ranks/);
  expect(coresNote.zh(view)).toMatch(/只有 2 个核心，却要运行 4 个进程/);
});

test('the forward and backward phase is a part of the step, measured or modelled', () => {
  const own = onCores(4);
  expect(phaseShare(own, finishedRun(own, RUN)!)).toBeCloseTo(0.06 / 0.1);
  const shared = onCores(2);
  expect(phaseShare(shared, finishedRun(shared, RUN)!)).toBeCloseTo(0.03 / 0.04);
});

test('one rank has a core to itself', () => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 8 });
  const view = new ExperimentView(specOf({}, [{ name: 'one', patch: {} }]), new WoundClock());
  expect(coresNote.en(view)).toMatch(/^The rank had a core to itself/);
  expect(coresNote.zh(view)).toMatch(/^这个进程独占一个核心/);
});

test('what a rank sent and held, by kind and in all', () => {
  const run = finishedRun(onCores(4), RUN)!;
  expect([bytesSent(run, 0), bytesSent(run, 0, 'all_reduce'), bytesSent(run, 1)]).toEqual([42, 30, 0]);
  expect([peakOf(run, 0), peakOf(run, 0, 'activations'), peakOf(run, 0, 'kv')]).toEqual([900, 500, 0]);
});

test('an outcome in percent has its quartiles in percent', () => {
  const view = onCores(4);
  expect(outcomeOf(bubble(view, finishedRun(view, RUN)!)!, 100)).toEqual({ value: 30, spread: [25, 35] });
});

import { Signal } from 'signal-polyfill';
import { expect, test, vi } from 'vitest';
import { resolve } from '../../engine/spec/patch';
import { ExperimentView } from '../../shell/store/experiment-view';
import { BASE } from '../../shell/store/spec-editor';
import { WoundClock } from '../../shell/testing/clock';
import type { Event } from '../../types/generated/Event';
import type { Planned } from '../../types/generated/Planned';
import type { Prediction } from '../../types/generated/Prediction';
import type { Spec } from '../../types/generated/Spec';
import type { SpanKind } from '../../types/generated/SpanKind';
import { presetSpec } from './preset';
import { pipelineOf, rankStep } from './testing';
import { stepFacts } from './step-facts';
import { doneByHand, viewOf, type Shown } from './view';

/** A lab whose spec, tab and runs are set by hand. */
function lab(written: Spec = presetSpec('en')) {
  const [spec, selected, busy] = [new Signal.State(written), new Signal.State(BASE), new Signal.State(false)];
  const shown = new Signal.State<ExperimentView | null>(null);
  const cores = new Signal.State<number | null>(null);
  const planned = pipelineOf(2);
  const plan = vi.fn((run: number) => (run < 0 ? null : { planned, nearest: null, problems: [] }));
  const store = {
    editor: {
      get spec() {
        return spec.get();
      },
      get selected() {
        return selected.get();
      },
      config: (run: number) => (run === BASE ? spec.get().base : resolve(spec.get(), run)),
    },
    runner: {
      get view() {
        return shown.get();
      },
      get current() {
        return shown.get();
      },
      get busy() {
        return busy.get();
      },
    },
    plan,
    get environment() {
      return cores.get() === null ? null : { cores: cores.get() };
    },
  } as unknown as Shown;
  /** Runs what is written, and tells of it. */
  const run = (...events: Event[]): ExperimentView => {
    const view = new ExperimentView(spec.get(), new WoundClock());
    for (const event of events) view.apply(event);
    shown.set(view);
    return view;
  };
  return { view: viewOf(store), spec, selected, busy, planned, plan, run, store, cores };
}

const withRun = (spec: Spec, name: string, patch: Record<string, unknown>): Spec => ({ ...spec, runs: [...spec.runs, { name, patch }] });
const withSteps = (spec: Spec, steps: number): Spec => ({ ...spec, base: { ...spec.base, training: { ...spec.base.training, steps } } });
const told = (planned: Planned): Event => ({ type: 'planned', run: 0, planned });

test('the run on several ranks whose tab is chosen is shown, else the first, else none', () => {
  const { view, spec, selected } = lab(withRun(presetSpec('en'), 'four', { mesh: { data: 4, pipeline: 1 } }));
  expect(view.written).toBe(0);
  selected.set(2);
  expect(view.written).toBe(2);
  selected.set(1);
  expect(view.written).toBe(0);
  spec.set({ ...spec.get(), runs: spec.get().runs.slice(1, 2) });
  expect(view.written).toBe(BASE);
  expect([view.measured, view.planned, view.lines]).toEqual([null, null, { alone: { name: 'one rank', run: 0 }, mesh: null }]);
});

test('where what all share is chosen, the run that has its mesh is shown', () => {
  const { view, selected } = lab(
    { ...presetSpec('en'), runs: [{ name: 'four', patch: { mesh: { data: 4, pipeline: 1 } } }, { name: 'mesh', patch: {} }] },
  );
  expect(view.written).toBe(1);
  selected.set(0);
  expect(view.written).toBe(0);
});

test('there is one view of a lab', () => {
  const { view, store } = lab();
  expect(viewOf(store)).toBe(view);
});

test('a run is shown once it is planned, and the plan of another once it is written, unless somebody looks back', () => {
  const { view, spec, busy, planned, run } = lab();
  expect([view.showsRun, view.planned, view.outdated]).toEqual([false, planned, true]);
  const divided = pipelineOf(2);
  const { runs } = run();
  expect([view.measured, view.alone, view.showsRun, view.outdated]).toEqual([runs[0], runs[1], false, false]);
  const again = run(told(divided));
  expect([view.measured, view.showsRun, view.planned, view.writtenPlan]).toEqual([again.runs[0], true, divided, divided]);
  expect(view.planned).toBe(divided);

  spec.set(withSteps(spec.get(), 7));
  expect([view.showsRun, view.outdated, view.spec.training.steps]).toEqual([false, true, 7]);
  expect(view.planned).toBe(planned);
  view.lookBack(true);
  expect([view.showsRun, view.spec.training.steps]).toEqual([true, 20]);
  expect(view.planned).toBe(divided);
  expect(view.writtenPlan).toBe(planned);
  spec.set(withSteps(spec.get(), 8));
  expect(view.showsRun).toBe(false);
  busy.set(true);
  expect(view.showsRun).toBe(true);
});

test('a measured run is found by its name, also where runs have come and gone', () => {
  const { view, spec, selected, run } = lab(withRun(presetSpec('en'), 'four', { mesh: { data: 4, pipeline: 1 } }));
  const { runs } = run();
  selected.set(2);
  expect(view.measured).toBe(runs[2]);
  spec.set({ ...spec.get(), runs: spec.get().runs.slice(1) });
  selected.set(1);
  expect(view.measured).toBe(runs[2]);
  expect(view.lines).toEqual({ alone: { name: 'one rank', run: 1 }, mesh: { name: 'four', run: 2 } });
  spec.set({ ...spec.get(), runs: [{ name: 'new', patch: {} }] });
  expect(view.measured).toBe(runs[0]);
});

test('the run in turn is the one on several ranks that goes on', () => {
  const { view, busy, run } = lab();
  const { runs } = run({ type: 'phase', run: 0, phase: 'measuring' });
  expect(view.inTurn).toBeNull();
  busy.set(true);
  expect(view.inTurn).toBe(runs[0]);
  runs[0]!.apply({ type: 'finished', run: 0 });
  runs[1]!.apply({ type: 'phase', run: 1, phase: 'training' });
  expect(view.inTurn).toBeNull();
});

test('a step that was done by hand has no time', () => {
  const { run } = lab();
  const metric = (series: string, step: number, value: number): Event => ({ type: 'metric', run: 0, series, step, value });
  const ranks = (step: number): Event => ({ type: 'ranks', run: 0, ranks: [rankStep(0, 0, [], { step })] });
  const mesh = run(metric('step_milliseconds', 1, 30), metric('step_milliseconds', 2, 10), metric('step_milliseconds', 3, 20), ranks(3)).runs[0]!;
  expect(doneByHand(mesh)).toBe(false);
  mesh.apply(ranks(4));
  expect(doneByHand(mesh)).toBe(true);
});

test('ranks that share cores are shown with a core each, unless somebody wishes otherwise', () => {
  const { view, cores, spec, run } = lab();
  expect([view.cores, view.sharesCores, view.ownCores]).toEqual([null, false, false]);
  cores.set(1);
  expect([view.sharesCores, view.ownCores]).toEqual([true, true]);
  view.chooseCores(false);
  expect([view.sharesCores, view.ownCores]).toEqual([true, false]);
  cores.set(2);
  view.chooseCores(null);
  expect([view.sharesCores, view.ownCores]).toEqual([false, false]);
  view.chooseCores(true);
  expect(view.ownCores).toBe(true);
  spec.set({ ...spec.get(), runs: spec.get().runs.slice(1) });
  run();
  expect(view.sharesCores).toBe(false);
});

const figures: Event[] = [
  { type: 'metric', run: 0, series: 'step_milliseconds', step: 1, value: 50 },
  { type: 'metric', run: 0, series: 'bubble_fraction', step: 1, value: 0.4 },
  { type: 'metric', run: 0, series: 'transfer_fraction', step: 1, value: 0.1 },
  { type: 'metric', run: 0, series: 'stage_0_compute_fraction', step: 1, value: 0.5 },
  { type: 'metric', run: 0, series: 'stage_1_compute_fraction', step: 1, value: 0.6 },
  { type: 'metric', run: 1, series: 'step_milliseconds', step: 1, value: 75 },
];

test('what is said of a step is measured, or modelled with a core for each rank, and all of it is', () => {
  const { view, run, cores } = lab();
  expect(stepFacts(view)).toEqual({ modelled: false, time: null, alone: null, speedUp: null, bubble: null, transfer: null, stages: null });
  const forward = (rank: number, start: number, end: number, kind: SpanKind) => ({ rank, start, end, kind, action: { type: 'forward', micro_batch: 0, virtual_stage: rank } as const });
  const timeline = {
    makespan: 0.04,
    ranks: [{ compute: 0.03, transfer: 0.002, wait: 0.008 }, { compute: 0.03, transfer: 0.002, wait: 0.008 }],
    spans: [forward(0, 0, 0.02, 'compute'), forward(0, 0.02, 0.022, 'transfer'), forward(1, 0.022, 0.032, 'compute')],
  };
  const planned = { ...pipelineOf(2), schedule: [[], []] } as unknown as Planned;
  const prediction = { timeline, bubble_fraction: 0.2, one_rank_seconds: 0.06 } as unknown as Prediction;
  run({ type: 'planned', run: 0, planned }, { type: 'predicted', run: 0, transport: 'shared', pilots: [], prediction }, ...figures);
  expect(stepFacts(view)).toEqual({ modelled: false, time: 50, alone: 75, speedUp: 1.5, bubble: 0.4, transfer: 0.1, stages: [0.5, 0.6] });
  cores.set(1);
  const facts = stepFacts(view);
  expect(facts).toMatchObject({ modelled: true, time: 40, alone: 60, bubble: 0.2 });
  expect([facts.speedUp, facts.transfer, ...facts.stages!].map((value) => Number(value!.toFixed(3)))).toEqual([1.5, 0.05, 0.625, 0.313]);
});

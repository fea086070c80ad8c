import { Signal } from 'signal-polyfill';
import { expect, test, vi } from 'vitest';
import { resolve } from '../../engine/spec/patch';
import { ExperimentView } from '../../shell/store/experiment-view';
import { BASE } from '../../shell/store/spec-editor';
import { WoundClock } from '../../shell/testing/clock';
import type { Event } from '../../types/generated/Event';
import type { Planned } from '../../types/generated/Planned';
import type { Spec } from '../../types/generated/Spec';
import { presetSpec } from './preset';
import { pipelineOf, rankStep } from './testing';
import { doneByHand, figureSoFar, viewOf, type Shown } from './view';

/** A lab whose spec, tab and runs are set by hand. */
function lab(written: Spec = presetSpec('en')) {
  const [spec, selected, busy] = [new Signal.State(written), new Signal.State(BASE), new Signal.State(false)];
  const shown = new Signal.State<ExperimentView | null>(null);
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
  } as unknown as Shown;
  /** Runs what is written, and tells of it. */
  const run = (...events: Event[]): ExperimentView => {
    const view = new ExperimentView(spec.get(), new WoundClock());
    for (const event of events) view.apply(event);
    shown.set(view);
    return view;
  };
  return { view: viewOf(store), spec, selected, busy, planned, plan, run, store };
}

const withRun = (spec: Spec, name: string, patch: Record<string, unknown>): Spec => ({ ...spec, runs: [...spec.runs, { name, patch }] });
const withSteps = (spec: Spec, steps: number): Spec => ({ ...spec, base: { ...spec.base, training: { ...spec.base.training, steps } } });
const told = (planned: Planned): Event => ({ type: 'planned', run: 1, planned });

test('the run on several ranks whose tab is chosen is shown, else the first, else none', () => {
  const { view, spec, selected } = lab(withRun(presetSpec('en'), 'four', { mesh: { data: 4, pipeline: 1 } }));
  expect(view.written).toBe(1);
  selected.set(2);
  expect(view.written).toBe(2);
  selected.set(0);
  expect(view.written).toBe(1);
  spec.set({ ...spec.get(), runs: spec.get().runs.slice(0, 1) });
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
  expect([view.measured, view.alone, view.showsRun, view.outdated]).toEqual([runs[1], runs[0], false, false]);
  const again = run(told(divided));
  expect([view.measured, view.showsRun, view.planned, view.writtenPlan]).toEqual([again.runs[1], true, divided, divided]);
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
  expect(view.lines).toEqual({ alone: { name: 'one rank', run: 0 }, mesh: { name: 'four', run: 2 } });
  spec.set({ ...spec.get(), runs: [{ name: 'new', patch: {} }] });
  expect(view.measured).toBe(runs[1]);
});

test('the run in turn is the one on several ranks that goes on', () => {
  const { view, busy, run } = lab();
  const { runs } = run({ type: 'phase', run: 0, phase: 'training' });
  busy.set(true);
  expect(view.inTurn).toBeNull();
  runs[0]!.apply({ type: 'finished', run: 0 });
  runs[1]!.apply({ type: 'phase', run: 1, phase: 'measuring' });
  expect(view.inTurn).toBe(runs[1]);
  busy.set(false);
  expect(view.inTurn).toBeNull();
});

test('a figure is the median so far until the engine gives it; a step by hand has no time', () => {
  const { run } = lab();
  const metric = (series: string, step: number, value: number): Event => ({ type: 'metric', run: 1, series, step, value });
  const ranks = (step: number): Event => ({ type: 'ranks', run: 1, ranks: [rankStep(0, 0, [], { step })] });
  const mesh = run(metric('step_milliseconds', 1, 30), metric('step_milliseconds', 2, 10), metric('step_milliseconds', 3, 20), ranks(3)).runs[1]!;
  expect(figureSoFar(mesh, 'step_time', 'step_milliseconds')).toBe(20);
  expect(doneByHand(mesh)).toBe(false);
  mesh.apply(ranks(4));
  expect(doneByHand(mesh)).toBe(true);
  mesh.apply({ type: 'figure', run: 1, name: 'step_time', figure: { value: 19, unit: 'ms', kind: 'measured', spread: null } });
  expect(figureSoFar(mesh, 'step_time', 'step_milliseconds')).toBe(19);
  expect([figureSoFar(null, 'step_time', 'step_milliseconds'), figureSoFar(mesh, 'bubble_fraction', 'bubble_fraction')]).toEqual([null, null]);
});

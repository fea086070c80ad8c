import { expect, test, vi } from 'vitest';
import { TinyaiError, problem } from '../../engine/error';
import { Cancelled } from '../../engine/lab';
import { defaultSpec } from '../../engine/spec/defaults';
import type { Environment } from '../../types/generated/Environment';
import { WoundClock } from '../testing/clock';
import { FAKE_ENVIRONMENT, FakeLab, finished } from '../testing/fake-lab';
import type { Keeping } from './run-keeper';
import { KeptStates } from './kept-states';
import { Runner } from './runner';

function runner() {
  const lab = new FakeLab();
  const clock = new WoundClock();
  const kept: string[] = [];
  let environment: Environment | null = FAKE_ENVIRONMENT;
  const keeping: Keeping = {
    follow: () => void kept.push('follow'),
    tick: () => undefined,
    saveNow: async () => void kept.push('now'),
    finish: async (status, result) => void kept.push(`${status} ${result?.runs.length ?? 'nothing'}`),
    dispose: () => void kept.push('let go'),
  };
  const made = new Runner({ lab, clock, keeper: { begin: async () => keeping }, environment: () => environment, now: () => new Date(0) });
  const move = (to: Environment | null): void => void (environment = to);
  return { lab, clock, kept, keeping, runner: made, move };
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

test('events fill the view, and the result takes their place', async () => {
  const { runner: made, lab, clock, kept } = runner();
  const run = made.start(defaultSpec);
  expect(made.phase).toBe('loading');
  lab.last.tell(
    { type: 'started', run: 0, steps: 200, trainable_parameters: 10, total_parameters: 20 },
    { type: 'metric', run: 0, series: 'loss', step: 1, value: 3 },
    { type: 'progress', run: 0, step: 1, steps: 200, elapsed_seconds: 1, remaining_seconds: 9, step_milliseconds: 5, tokens_per_second: 50 },
  );
  clock.wind(200);
  const view = made.current!;
  expect([made.phase, view.runs[0]!.status, view.runs[0]!.step, view.remainingSeconds]).toEqual(['running', 'running', 1, 9]);
  expect(view.runs[0]!.curve('loss')).toEqual({ steps: [1], values: [3] });
  lab.last.finish();
  await run;
  await settled();
  expect(made.phase).toBe('finished');
  expect(view.runs[0]!.curve('loss')).toEqual({ steps: [1], values: [2.5] });
  expect(kept).toEqual(['follow', 'finished 2']);
});

test('an experiment took as long as all of its runs, without what it waited for', async () => {
  const { runner: made, lab, clock } = runner();
  const progress = (run: number, seconds: number) => ({ type: 'progress', run, step: 1, steps: 200, elapsed_seconds: seconds, remaining_seconds: 9, step_milliseconds: 5, tokens_per_second: 50 }) as const;
  const took = (name: string, seconds: number) => ({ ...finished(name), metrics: { duration: { value: seconds, unit: 's', kind: 'measured', spread: null } as const } });
  const first = made.start(defaultSpec);
  clock.wind(60_000);
  lab.last.tell(progress(0, 2), progress(1, 3), progress(1, 4));
  expect(made.current!.elapsedSeconds).toBe(6);
  lab.last.finish([took('full', 2.5), took('lora', 5)]);
  await first;
  expect(made.current!.elapsedSeconds).toBe(7.5);
  const second = made.start({ ...defaultSpec, runs: [...defaultSpec.runs, { name: 'more', patch: { training: { seed: 1 } } }] });
  lab.last.tell(progress(2, 1));
  lab.last.finish([took('full', 2.5), took('lora', 5), took('more', 8)]);
  await second;
  expect(made.current!.elapsedSeconds).toBe(15.5);
  made.show(made.current!.result!, new Date(0));
  expect(made.current!.elapsedSeconds).toBe(15.5);
});

test('runs that ended are not run again as long as there is one that did not', async () => {
  const { runner: made, lab } = runner();
  const first = made.start(defaultSpec);
  lab.last.finish();
  await first;
  const more = { ...defaultSpec, runs: [...defaultSpec.runs, { name: 'lora @60', patch: {}, fork: { run: 'lora', step: 60 } }] };
  const second = made.start(more);
  expect(lab.last.options.saved?.map(({ run, state }) => [run, state])).toEqual([[0, null], [1, null]]);
  expect(made.current!.runs[0]!.status).toBe('finished');
  lab.last.finish();
  await second;
  // All are there: whoever runs again wants to measure again.
  void made.start(more);
  expect(lab.last.options.saved).toEqual([]);
});

test.each([
  [{ ...FAKE_ENVIRONMENT, engine: 'test 2' }],
  [{ ...FAKE_ENVIRONMENT, variant: 'threads-relaxed' }],
  [{ ...FAKE_ENVIRONMENT, cores: 8 }],
  [null],
])('what ended elsewhere is run again in %j', async (here) => {
  const { runner: made, lab, move } = runner();
  const first = made.start(defaultSpec);
  lab.last.finish();
  await first;
  move(here);
  void made.start({ ...defaultSpec, runs: [...defaultSpec.runs, { name: 'more', patch: {} }] });
  expect(lab.last.options.saved).toEqual([]);
});

test('how an experiment ended is kept, also where the library comes only while the next one runs', async () => {
  const kept: string[] = [];
  const opens: (() => void)[] = [];
  const keeping = (name: string): Keeping => ({
    follow: () => void kept.push(`${name} follows`),
    tick: () => undefined,
    saveNow: async () => undefined,
    finish: async (status) => void kept.push(`${name} ${status}`),
    dispose: () => undefined,
  });
  const lab = new FakeLab();
  const begin = (): Promise<Keeping> => new Promise((resolve) => opens.push(() => resolve(keeping(String(opens.length)))));
  const made = new Runner({ lab, clock: new WoundClock(), keeper: { begin }, environment: () => FAKE_ENVIRONMENT });
  const first = made.start(defaultSpec);
  lab.last.fail(new Cancelled());
  await first;
  void made.start(defaultSpec);
  opens[0]!();
  await settled();
  expect(kept).toEqual(['2 cancelled']);
});

test('an experiment that waits for another lab of the page says so', async () => {
  const { runner: made, lab } = runner();
  const run = made.start(defaultSpec);
  lab.last.options.onQueue!(true);
  expect(made.waitsForOther).toBe(true);
  lab.last.options.onQueue!(false);
  expect(made.waitsForOther).toBe(false);
  lab.last.options.onQueue!(true);
  lab.last.fail(new Cancelled());
  await run;
  expect(made.waitsForOther).toBe(false);
});

test('a fork begins with what is kept of its run; what is not kept is told', async () => {
  const { runner: made, lab } = runner();
  const fork = (step: number) => ({ ...defaultSpec, runs: [...defaultSpec.runs, { name: 'fork', patch: {}, fork: { run: 'lora', step } }] });
  expect(made.again(fork(60), 2)).toBeNull();
  const first = made.start(defaultSpec);
  const state = (step: number) => ({ run: 1, state: { step, ranks: [new Uint8Array(8)], stages: null } });
  lab.last.finish(undefined, [state(25), state(50)]);
  await first;
  expect([60, 50, 20].map((step) => made.again(fork(step), 2))).toEqual([{ from: 50, to: 60 }, null, { from: 0, to: 20 }]);
  void made.start(fork(60));
  expect(lab.last.options.states?.map(({ run, state }) => [run, state.step])).toEqual([[1, 50]]);
});

test('what a run held at its end is there for whoever asks, and its adapter, until another is shown', async () => {
  const { runner: made, lab } = runner();
  const first = made.start(defaultSpec);
  const state = (step: number) => ({ run: 1, state: { step, ranks: [new Uint8Array(8)], stages: null } });
  expect(made.heldBy(1)).toBeNull();
  lab.last.finish(undefined, [state(0), state(1)], [{ run: 1, config: '{}', weights: new Uint8Array(3) }]);
  await first;
  expect([0, 1].map((run) => made.heldBy(run)?.step ?? null)).toEqual([null, 1]);
  expect([0, 1].map((run) => made.adapterOf(run)?.config ?? null)).toEqual([null, '{}']);
  made.exchange(null);
  expect([made.heldBy(1), made.adapterOf(1)]).toEqual([null, null]);
});

test('a fork of a fork begins with the last state there is of any that it goes back to', () => {
  const kept = new KeptStates(1000);
  const runs = [...defaultSpec.runs, { name: 'b', patch: {}, fork: { run: 'lora', step: 60 } }, { name: 'c', patch: {}, fork: { run: 'b', step: 80 } }];
  const spec = { ...defaultSpec, runs };
  const state = (step: number) => ({ step, ranks: [new Uint8Array(8)], stages: null });
  kept.add(spec, [25, 50, 75].map((step) => ({ run: 1, state: state(step) })));
  expect(kept.of(spec, []).map(({ run, state }) => [run, state.step])).toEqual([[1, 50]]);
  kept.add(spec, [60, 75, 100].map((step) => ({ run: 2, state: state(step) })));
  expect(kept.of(spec, [2]).map(({ run, state }) => [run, state.step])).toEqual([[2, 75]]);
  expect(kept.of(spec, [2, 3])).toEqual([]);
});

test('what a fork has done is counted from where it begins', async () => {
  const { runner: made, lab, clock } = runner();
  void made.start({ ...defaultSpec, runs: [...defaultSpec.runs, { name: 'fork', patch: {}, fork: { run: 'lora', step: 150 } }] });
  const [, lora, fork] = made.current!.runs;
  expect([lora!.share, fork!.share, fork!.step]).toEqual([0, 0, 150]);
  lab.last.tell({ type: 'progress', run: 2, step: 160, steps: 200, elapsed_seconds: 1, remaining_seconds: 9, step_milliseconds: 5, tokens_per_second: 50 });
  clock.wind(200);
  expect(fork!.share).toBe(0.2);
});

test('runs of the experiment before the last are there, too, as after one that failed', async () => {
  const { runner: made, lab } = runner();
  const first = made.start(defaultSpec);
  lab.last.finish();
  await first;
  const second = made.start({ ...defaultSpec, runs: [{ name: 'x', patch: { training: { seed: 3 } } }] });
  lab.last.finish([finished('x', 'failed')]);
  await second;
  void made.start({ ...defaultSpec, runs: [...defaultSpec.runs, { name: 'more', patch: { training: { seed: 4 } } }] });
  expect(lab.last.options.saved?.map(({ run }) => run)).toEqual([0, 1]);
});

test('a run that was not finished, or has other settings, is run', async () => {
  const { runner: made, lab } = runner();
  const first = made.start(defaultSpec);
  lab.last.finish([finished('full', 'failed'), finished('lora')]);
  await first;
  const changed = structuredClone(defaultSpec);
  changed.runs[1]!.patch = { training: { seed: 3 } };
  void made.start({ ...changed, runs: [...changed.runs, { name: 'third', patch: {} }] });
  expect(lab.last.options.saved).toEqual([]);
});

test('a failed run after a good one leaves the good one to look at', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { runner: made, lab } = runner();
  const first = made.start(defaultSpec);
  lab.last.finish();
  await first;
  const good = made.current;
  for (let i = 0; i < 2; i++) {
    const second = made.start({ ...defaultSpec, runs: [{ name: `x${i}`, patch: {} }] });
    lab.last.fail(new TinyaiError([problem('bad_file', 'broken', '坏')]));
    await second;
  }
  expect([made.phase, made.problems.map(({ message }) => message.en)]).toEqual(['failed', ['broken']]);
  expect(made.previous).toBe(good);
  // Runs that failed each for itself leave a result, too.
  for (let i = 0; i < 2; i++) {
    const third = made.start({ ...defaultSpec, runs: [{ name: `y${i}`, patch: {} }] });
    lab.last.finish([finished(`y${i}`, 'failed')]);
    await third;
  }
  expect([made.phase, made.previous]).toEqual(['failed', good]);
  made.viewPrevious(true);
  expect(made.view).toBe(good);
});

test('a cancel before anything began is no failure', async () => {
  const { runner: made, lab, kept } = runner();
  const run = made.start(defaultSpec);
  made.cancel();
  expect(lab.last.pressed).toEqual(['cancel']);
  lab.last.fail(new Cancelled());
  await run;
  await settled();
  expect([made.phase, made.problems]).toEqual(['cancelled', []]);
  expect(kept.at(-1)).toBe('cancelled nothing');
});

test('a lost rank is told of, and its run goes on from its last state', () => {
  const { runner: made, lab, clock } = runner();
  void made.start(defaultSpec);
  const loss = (step: number) => ({ type: 'metric', run: 1, series: 'loss', step, value: step }) as const;
  lab.last.tell(loss(1), loss(2), loss(3), { type: 'lost', run: 1, problem: problem('rank_lost', 'gone', '失联'), step: 3, from: 2 });
  clock.wind(200);
  expect([made.phase, made.current!.runs[1]!.lost?.from]).toEqual(['lost', 2]);
  made.recover(1);
  clock.wind(200);
  expect(lab.last.pressed).toEqual(['recover 1']);
  expect(made.current!.runs[1]!.curve('loss').steps).toEqual([1, 2]);
  expect([made.phase, made.current!.runs[1]!.status]).toEqual(['running', 'running']);
});

test('what is disposed of ends and lets go', async () => {
  const { runner: made, lab, kept } = runner();
  void made.start(defaultSpec);
  await settled();
  made.dispose();
  expect(lab.last.pressed).toEqual(['cancel']);
  expect(kept.at(-1)).toBe('let go');
  await made.start(defaultSpec);
  expect(lab.runs).toHaveLength(1);
});

test('what is asked for before a run holds for it: every action by hand', async () => {
  const { runner: made, lab } = runner();
  made.setByHand(true);
  void made.start(defaultSpec);
  expect(lab.last.pressed).toEqual(['byHand true']);
  const gate = (rank: number) => ({ rank, action: { type: 'optimizer_step' as const }, held: [] });
  lab.last.options.onGate?.(gate(0));
  lab.last.options.onGate?.(gate(1));
  made.pass(1);
  expect(made.gates).toEqual([gate(0)]);
  lab.last.tell({ type: 'lost', run: 1, problem: problem('rank_lost', '', ''), step: 0, from: 0 });
  expect(made.gates).toEqual([]);
  made.recover(1);
  lab.last.options.onGate?.(gate(0));
  made.setByHand(false);
  lab.last.options.onGate?.(gate(1));
  expect(made.gates).toEqual([]);
  expect(lab.last.pressed).toEqual(['byHand true', 'pass 1', 'recover 1', 'byHand false', 'pass 0', 'pass 1']);
});

test('what is interrupted is saved once more, and let go of instead of being kept as cancelled', async () => {
  const { runner: made, lab, kept } = runner();
  const run = made.start(defaultSpec);
  await settled();
  await made.interrupt();
  expect(kept).toEqual(['follow', 'now', 'let go']);
  expect(lab.last.pressed).toContain('cancel');
  lab.last.finish(defaultSpec.runs.map(({ name }) => finished(name, 'cancelled')));
  await run;
  await settled();
  expect(made.phase).toBe('cancelled');
  expect(kept).toEqual(['follow', 'now', 'let go']);
});

test('what cannot be saved does not hold up whoever goes', async () => {
  const { runner: made, lab, clock, keeping } = runner();
  keeping.saveNow = () => new Promise(() => undefined);
  void made.start(defaultSpec);
  await settled();
  const gone = made.interrupt();
  clock.wind(5_000);
  await gone;
  expect(lab.last.pressed).toContain('cancel');
});

import { expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import { smooth } from '../../../kit/chart/smooth';
import { ExperimentView } from '../../store/experiment-view';
import { WoundClock } from '../../testing/clock';
import { LossCurves, shortened } from './curves';

const HALF = 2;

test('the curve of a run is what it measured, however much, and is not copied as it grows', () => {
  const view = new ExperimentView(defaultSpec, new WoundClock());
  const losses = new LossCurves();
  const tell = (step: number): void => view.runs[0]!.apply({ type: 'metric', run: 0, series: 'loss', step, value: 1 + 5 / step });
  for (let step = 1; step <= 300_000; step++) tell(step);
  const { raw, smoothed } = losses.of(view, 10)[0]!;
  expect([smoothed.y.length, smoothed.y.at(-1)]).toEqual([300_000, expect.closeTo(1, 3)]);
  tell(300_001);
  const grown = losses.of(view, 10)[0]!;
  expect([grown.raw.y, grown.smoothed.y]).toEqual([raw.y, smoothed.y]);
  expect(grown.raw.y === raw.y && grown.smoothed.y === smoothed.y).toBe(true);
  expect(grown.smoothed.y).toHaveLength(300_001);
});

/** A run of ten steps whose validation loss is measured after every fourth, and a fork after step 6. */
function forked(own: number[]) {
  const spec = structuredClone(defaultSpec);
  spec.base.training.steps = 10;
  spec.runs = [{ name: 'a', patch: {} }, { name: 'b', patch: {}, fork: { run: 'a', step: 6 } }];
  const view = new ExperimentView(spec, new WoundClock());
  const losses = new LossCurves();
  const tell = (run: number, series: string, step: number, value: number) => view.runs[run]!.apply({ type: 'metric', run, series, step, value });
  for (let step = 1; step <= 10; step++) tell(0, 'loss', step, 10 - step);
  for (const [step, value] of [[0, 9], [4, 7], [8, 5]] as const) tell(0, 'validation_loss', step, value);
  for (const step of own) tell(1, 'loss', step, 20);
  return { tell, drawn: () => losses.of(view, HALF) };
}

test('the curve of a fork begins on that of its run, goes on smoothed as if they were one, and draws nothing twice', () => {
  const { drawn, tell } = forked([7, 8]);
  const [a, b] = drawn();
  expect(b!.smoothed.x).toEqual([6, 7, 8]);
  expect(b!.smoothed.lead).toBe(1);
  expect(b!.smoothed.y[0]).toBe(a!.smoothed.y[5]);
  expect(b!.smoothed.y.slice(1)).toEqual(smooth([9, 8, 7, 6, 5, 4, 20, 20], HALF).slice(6));
  expect(b!.branch).toEqual({ x: 6, y: a!.smoothed.y[5] });
  tell(1, 'loss', 9, 18);
  expect(drawn()[1]!.smoothed.y.slice(1)).toEqual(smooth([9, 8, 7, 6, 5, 4, 20, 20, 18], HALF).slice(6));
  expect(drawn()[1]!.raw).toEqual({ x: [6, 7, 8, 9], y: [4, 20, 20, 18], lead: 1 });
});

test('where the validation loss was not measured, that of a fork begins on the line of its run, and says so', () => {
  const { drawn, tell } = forked([7]);
  expect(drawn()[1]!.validation.x).toEqual([]);
  tell(1, 'validation_loss', 8, 3);
  expect(drawn()[1]!.validation).toEqual({ x: [6, 8], y: [6, 3], lead: 1 });
});

test('where it was measured, that of a fork begins with a measurement', () => {
  const { drawn, tell } = forked([7]);
  tell(1, 'validation_loss', 6, 5.5);
  tell(1, 'validation_loss', 8, 3);
  expect(drawn()[1]!.validation).toEqual({ x: [6, 8], y: [5.5, 3], lead: 0 });
});

test('a fork that has not begun has no curve', () => {
  const { raw, smoothed, validation, branch } = forked([]).drawn()[1]!;
  expect([raw.x, smoothed.x, validation.x, branch]).toEqual([[], [], [], null]);
});

test('a long name is cut where it stays apart from the others', () => {
  const names = ['1 layer', '1 layer, 3 times as long', '1 layer, 3 times as wide', 'Prefix tuning', 'four layers of it'];
  expect(names.map((name) => shortened(name, names))).toEqual(['1 layer', '…imes as long', '…imes as wide', 'Prefix tuning', 'four layers…']);
});

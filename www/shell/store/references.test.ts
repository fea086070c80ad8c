import { expect, test } from 'vitest';
import { defaultSpec } from '../../engine/spec/defaults';
import type { Spec } from '../../types/generated/Spec';
import { WoundClock } from '../testing/clock';
import { ExperimentView, references } from './experiment-view';

type Patch = Spec['runs'][number]['patch'];

/** Runs of some methods, by the loss that each begins with. */
function begun(...runs: [name: string, patch: Patch, loss: number][]): ExperimentView {
  const view = new ExperimentView({ ...defaultSpec, runs: runs.map(([name, patch]) => ({ name, patch })) }, new WoundClock());
  runs.forEach(([, , value], run) => view.runs[run]!.apply({ type: 'metric', run, series: 'validation_loss', step: 0, value }));
  return view;
}

test('runs on one base have one line to beat, whatever their methods', () => {
  const view = begun(['full', { fine_tuning: { method: 'full' } }, 1.554], ['LoRA', { fine_tuning: { method: 'lora' } }, 1.554]);
  expect(references(view)).toEqual([{ what: 'base', loss: 1.554, of: '' }]);
});

test('a rounded base is told by its bits, and what begins with untrained tokens by its run, whatever its seeds', () => {
  const prefix = { fine_tuning: { method: 'prefix_tuning' } };
  const view = begun(
    ['LoRA', { fine_tuning: { method: 'lora' } }, 1.554],
    ['QLoRA', { fine_tuning: { method: 'lora', quantization: 'nf4' } }, 1.559],
    ['Prefix', prefix, 1.562],
    ['Prefix · 43', { ...prefix, training: { seed: 43 } }, 1.571],
  );
  expect(references(view)).toEqual([
    { what: 'base', loss: 1.554, of: '' },
    { what: 'rounded', loss: 1.559, of: 'nf4' },
    { what: 'before', loss: 1.562, of: 'Prefix' },
  ]);
});

// @vitest-environment happy-dom
import { ContextProvider } from '@lit/context';
import { afterEach, expect, test } from 'vitest';
import { defaultSpec } from '../../../engine/spec/defaults';
import type { Difference } from '../../../types/generated/Difference';
import type { RunResult } from '../../../types/generated/RunResult';
import { labContext, type LabStore } from '../../store/lab-store';
import { ExperimentView } from '../../store/experiment-view';
import { WoundClock } from '../../testing/clock';
import { finished } from '../../testing/fake-lab';
import type { LabText } from '../../text/lab-text';
import type { Language } from '../../text/language';
import { loadWords, wordsContext } from '../../text/words';
import { ForkDifferences } from './fork-differences';

afterEach(() => document.body.replaceChildren());

const lab = async (): Promise<LabText> => ({ name: 'lab', question: '?', lead: '', presets: {}, own: null });

const losses = (...steps: number[]): RunResult['series'] => ({ loss: steps.map((step) => [step, 5]) });

/** What is said of a fork after step 6 of a run of twelve steps. */
async function said(language: Language, fork: Partial<RunResult>, differs: Difference | null = null, parent = losses(1, 12)): Promise<string> {
  const spec = structuredClone(defaultSpec);
  spec.base.training.steps = 12;
  spec.runs = [{ name: 'a', patch: {} }, { name: 'b', patch: {}, fork: { run: 'a', step: 6 } }];
  const runs = [{ ...finished('a'), series: parent }, { ...finished('b'), series: {}, reports: { fork: { run: 'a', step: 6, differs } }, ...fork }];
  const view = new ExperimentView(spec, new WoundClock());
  runs.forEach((run, i) => view.runs[i]!.complete(run));
  const host = document.createElement('div');
  new ContextProvider(host, { context: labContext, initialValue: { runner: { view } } as unknown as LabStore });
  new ContextProvider(host, { context: wordsContext, initialValue: await loadWords(language, { en: lab, zh: lab }) });
  const element = new ForkDifferences();
  host.append(element);
  document.body.append(host);
  await element.updateComplete;
  return element.renderRoot.querySelector('li')!.textContent!.replace(/\s+/g, ' ').trim();
}

test('a fork that differs names the step, the tensor and by how much', async () => {
  const differs = { step: 7, tensor: 'model.norm.weight', by: 3.1e-5, tensors: [3, 24] as [number, number] };
  expect(await said('en', { series: losses(7, 12) }, differs)).toBe('b first differs from a after step 7: most of all in model.norm.weight, by up to 3.1 × 10⁻⁵. Of 24 tensors, 3 differ.');
  expect(await said('zh', { series: losses(7, 12) }, differs)).toBe('“b”与“a”在第 7 步之后首次不同：差别最大的是 model.norm.weight，最多相差 3.1 × 10⁻⁵；24 个张量中有 3 个不同。');
});

test('one whose losses alone were compared names the first that is not the same', async () => {
  const differs = { step: 9, tensor: null, by: null, tensors: null };
  expect(await said('en', { series: losses(7, 12) }, differs)).toBe('b first differs from a after step 9: the loss of step 10 is the first that is not the same.');
});

test('one that does not differ is the same to the end, or as far as both went', async () => {
  expect(await said('en', { series: losses(7, 12) })).toBe('b is bitwise the same as a to the end, step 12.');
  expect(await said('zh', { series: losses(7, 12) })).toBe('“b”与“a”直到最后的第 12 步逐位相同。');
  expect(await said('en', { series: losses(7, 9), status: 'cancelled' })).toBe('b is bitwise the same as a as far as both went, to step 9.');
  expect(await said('en', { series: losses(7, 12) }, null, losses(1, 10))).toBe('b is bitwise the same as a as far as both went, to step 10.');
  expect(await said('en', { status: 'cancelled' })).toBe('b is compared once it has done step 7.');
});

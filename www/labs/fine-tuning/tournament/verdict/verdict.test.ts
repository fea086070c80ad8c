import { expect, test } from 'vitest';
import { ExperimentView } from '../../../../shell/store/experiment-view';
import { WoundClock } from '../../../../shell/testing/clock';
import type { ExperimentResult } from '../../../../types/generated/ExperimentResult';
import { specOfChoices } from '../choices';
import { teams } from '../measures';
import { margin, deviation } from '../noise';
import { tournamentSpec } from '../preset';
import { tournamentResult } from '../testing';
import { COMPARED, verdict } from './verdict';

const SPEC = tournamentSpec('en');
const ended = (result: ExperimentResult) => teams(ExperimentView.of(result, new WoundClock(), new Date(0)));

/** A tournament of some methods in which all came out as the first, but for some values. */
function alike(methods: string[], but: Record<number, Record<string, number>>) {
  const result = tournamentResult(specOfChoices({ methods, rule: 'steps', seeds: 1 }, SPEC, 'en'));
  const [first] = result.runs;
  for (const [i, run] of result.runs.entries()) {
    run.metrics = Object.fromEntries(Object.entries(first!.metrics).map(([name, metric]) => [name, { ...metric!, value: but[i]?.[name] ?? metric!.value }]));
  }
  return ended(result);
}

test('a method is beaten by one that is clearly worse in nothing and clearly better in something', () => {
  const found = verdict(alike(['full', 'lora', 'dora'], { 0: { peak_memory: 30e6 }, 1: { peak_memory: 20e6, adapter_bytes: 1e9 }, 2: { peak_memory: 40e6 } }))!;
  expect(found.unbeaten.map(({ name }) => name)).toEqual(['Full', 'LoRA']);
  expect(found.beaten.map(({ teams, by, metric, better, values }) => [teams.map(({ name }) => name), by.name, metric, better, values])).toEqual([[['DoRA'], 'Full', 'peak_memory', 30e6, [40e6]]]);
  expect(found.measures).toBe(COMPARED.length);
});

test('what may be chance beats nobody, and saves nobody', () => {
  const [team] = ended(tournamentResult(SPEC));
  const little = 0.9 * margin(deviation([team!], 'validation_loss'), 1);
  expect(verdict(alike(['full', 'lora'], { 0: { validation_loss: 3 }, 1: { validation_loss: 3 + little } }))!.beaten).toEqual([]);
  const saved = verdict(alike(['full', 'lora'], { 0: { validation_loss: 3 + little, peak_memory: 20e6 }, 1: { validation_loss: 3, peak_memory: 30e6 } }))!;
  expect(saved.beaten.map(({ teams, by }) => [teams.map(({ name }) => name), by.name])).toEqual([[['LoRA'], 'Full']]);
});

test('of those that beat a method, the one is named that nothing beats, once for all that it beats', () => {
  const found = verdict(alike(['full', 'lora', 'dora'], { 0: { peak_memory: 40e6 }, 1: { peak_memory: 30e6 }, 2: { peak_memory: 20e6 } }))!;
  expect(found.beaten.map(({ teams, by, better, values }) => [teams.map(({ name }) => name), by.name, better, values])).toEqual([[['Full', 'LoRA'], 'DoRA', 20e6, [40e6, 30e6]]]);
});

test('nothing is said before all have ended, or of one method', () => {
  expect(verdict(teams(new ExperimentView(SPEC, new WoundClock())))).toBeNull();
  expect(verdict(ended(tournamentResult(specOfChoices({ methods: ['lora'], rule: 'steps', seeds: 1 }, SPEC, 'en'))))).toBeNull();
});

import { expect, test } from 'vitest';
import { front } from '../../../kit/chart/scatter/pareto';
import { ExperimentView } from '../../../shell/store/experiment-view';
import { WoundClock } from '../../../shell/testing/clock';
import type { Spec } from '../../../types/generated/Spec';
import { choicesOf, specOfChoices } from './choices';
import { known, measured, rateOf, spreadOf, stepsOf, teams } from './measures';
import { deviation, margin } from './noise';
import { SEARCH, tournamentSpec } from './preset';
import { rateTick } from './rates';
import { bests, COLUMNS, rows } from './standings/rows';
import { edgeOf, fateOf, reach, rounds } from './sweep/rounds';
import { tournamentResult } from './testing';

const SPEC = tournamentSpec('en');
const ended = (spec: Spec): ExperimentView => ExperimentView.of(tournamentResult(spec), new WoundClock(), new Date(0));
const compare = (a: string, b: string): number => a.localeCompare(b);
const column = (id: string): number => COLUMNS.findIndex((one) => one.id === id);

test('of several seeds there is the middle, the least and the greatest; of one no range; of none nothing', () => {
  expect(spreadOf([3, 1, 2], 's')).toEqual({ value: 2, range: [1, 3], unit: 's', seeds: 3 });
  expect(spreadOf([4, 1], '')).toEqual({ value: 2.5, range: [1, 4], unit: '', seeds: 2 });
  expect(spreadOf([4], '')).toEqual({ value: 4, range: null, unit: '', seeds: 1 });
  expect(spreadOf([NaN, 4], '')).toEqual({ value: 4, range: null, unit: '', seeds: 1 });
  expect(spreadOf([NaN], '')).toBeNull();
});

test('a method has what its seeds measured, once they have ended', () => {
  const spec = specOfChoices({ methods: ['lora', 'full'], rule: 'steps', seeds: 3 }, SPEC, 'en');
  const view = ended(spec);
  const [full] = teams(view);
  expect([full!.name, full!.first, full!.runs.length]).toEqual(['Full', 0, 3]);
  const losses = [0, 2, 4].map((run) => view.runs[run]!.figure('validation_loss')!.value);
  expect(measured(full!, 'validation_loss')).toEqual({ value: [...losses].sort()[1], range: [Math.min(...losses), Math.max(...losses)], unit: 'nats/token', seeds: 3 });
  view.runs[2]!.apply({ type: 'failed', run: 2, problem: { code: 'internal', message: { en: '', zh: '' }, field: null } as never });
  expect(measured(teams(view)[0]!, 'validation_loss')?.range).toEqual([Math.min(losses[0]!, losses[2]!), Math.max(losses[0]!, losses[2]!)]);
  expect(measured(teams(new ExperimentView(spec, new WoundClock()))[0]!, 'validation_loss')).toBeNull();
});

test('a method has the rate that it found and its steps, and a measure that none has is not offered', () => {
  const view = ended(SPEC);
  const all = teams(view);
  expect(all.map((team) => rateOf(team)?.value)).toEqual(view.runs.map((run) => run.search!.chosen));
  expect(stepsOf(all[0]!)?.value).toBe(SPEC.base.training.steps);
  expect(known(all).map(({ metric }) => metric)).toContain('adapter_bytes');
  expect(known([])).toEqual([]);
});

test('the table is sorted either way, and what a method has not comes last', () => {
  const all = teams(ended(SPEC));
  const names = (by: string, down = false): string[] => rows(all, COLUMNS, { by, down }, compare).map(({ team }) => team.name);
  expect(names('trainable_parameters')[0]).toBe('IA³');
  expect(names('trainable_parameters', true)[0]).toBe('Full');
  expect(names('')).toEqual(all.map(({ name }) => name).sort(compare));
  const partly = COLUMNS.map((one) => (one.id === 'forgetting' ? { ...one, of: (team: (typeof all)[number]) => (team.name === 'LoRA' ? null : one.of(team)) } : one));
  for (const down of [false, true]) expect(rows(all, partly, { by: 'forgetting', down }, compare).at(-1)!.team.name).toBe('LoRA');
});

test('the best of a column is marked with all that cannot be told from it, and of rates and steps there is none', () => {
  const all = teams(ended(SPEC));
  const found = bests(all, COLUMNS);
  const names = (id: string): string[] => all.filter(({ first }) => found[column(id)]!.has(first)).map(({ name }) => name);
  expect(names('trainable_parameters')).toEqual(['IA³']);
  expect([names('learning_rate'), names('steps')]).toEqual([[], []]);
  expect(names('step_time')).toEqual(['Last layers']);
  const least = Math.min(...all.map((team) => measured(team, 'validation_loss')!.value));
  const beside = names('validation_loss').map((name) => measured(all.find((team) => team.name === name)!, 'validation_loss')!.value - least);
  expect(Math.max(...beside)).toBeLessThanOrEqual(margin(deviation(all, 'validation_loss'), 1));
  expect(bests(all.slice(0, 1), COLUMNS).every((best) => best.size === 0)).toBe(true);
});

test('on the front of loss and parameters is no method that another beats in both', () => {
  const all = teams(ended(SPEC));
  const names = front(all.map((team) => ({ x: measured(team, 'trainable_parameters')?.value ?? null, y: measured(team, 'validation_loss')?.value ?? null }))).map((i) => all[i]!.name);
  expect(names).toContain('Full');
  expect(names).toContain('IA³');
  expect(names).not.toContain('Adapter');
});

test('a search is told round by round, and each rate is dropped, taken or still in', () => {
  // From what is far too low to what makes it diverge.
  const wide = { ...SPEC, base: { ...SPEC.base, training: { ...SPEC.base.training, search: { ...SEARCH, candidates: 5, highest: 0.3 } } } };
  const report = ended(specOfChoices(choicesOf(SPEC), wide, 'en')).runs[0]!.search!;
  expect(report.candidates).toHaveLength(5);
  expect(rounds(report).map(({ steps, points }) => [steps, points.length])).toEqual([[8, 4], [16, 3], [32, 2]]);
  expect(fateOf(report.candidates.at(-1)!, report)).toBe('diverged');
  expect(report.candidates.map((candidate) => fateOf(candidate, report)).filter((fate) => fate === 'chosen')).toHaveLength(1);
  const [lowest, highest] = [report.candidates[0]!, report.candidates.at(-1)!].map(({ learning_rate }) => learning_rate);
  expect([report.chosen, lowest!, highest!, null].map((chosen) => edgeOf({ ...report, chosen }))).toEqual([null, 'lowest', 'highest', null]);
  const open = { ...report, chosen: null };
  expect(report.candidates.map((candidate) => fateOf(candidate, open)).filter((fate) => fate === 'open')).toHaveLength(1);
  const [low, high] = reach([report])!;
  expect(low).toBeLessThan(high);
  expect(reach([])).toBeNull();
  const diverged = { learning_rate: 1, losses: [], dropped_after: 5 };
  expect([reach([{ ...report, candidates: [diverged] }]), fateOf(diverged, report), fateOf({ ...diverged, losses: [[5, 4]] }, report)]).toEqual([null, 'diverged', 'dropped']);
});

test('a run tells of its search while it goes on, and of its steps once they are known', () => {
  const view = new ExperimentView(SPEC, new WoundClock());
  const run = view.runs[0]!;
  expect(run.search).toBeNull();
  const report = { chosen: null, candidates: [{ learning_rate: 0.001, losses: [[8, 3.5]] as [number, number][], dropped_after: null }], steps: 8, seconds: 1 };
  run.apply({ type: 'searched', run: 0, report });
  expect(run.search).toEqual(report);
  expect(run.budget).toBeNull();
  const budget = { seconds: 10, step_milliseconds: 300, steps: 33 };
  run.apply({ type: 'budgeted', run: 0, report: budget });
  expect([run.budget, run.steps]).toEqual([budget, 33]);
  run.apply({ type: 'started', run: 0, steps: 33, trainable_parameters: 1, total_parameters: 2 });
  expect(run.steps).toBe(33);
});

test('rates along an axis are powers of ten', () => {
  expect([0.0001, 0.003, 1, 0.02].map(rateTick)).toEqual(['10⁻⁴', '3 × 10⁻³', '10⁰', '2 × 10⁻²']);
});

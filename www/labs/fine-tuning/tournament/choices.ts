/** What can be chosen of a tournament, and the experiment that it comes to: a base, and a run for each method and seed. */
import { get, resolve, set, type Tree } from '../../../engine/spec/patch';
import { FIELDS } from '../../../engine/spec/schema';
import type { Language } from '../../../shell/text/language';
import { MOST_RUNS } from '../../../shell/store/spec-editor';
import type { RunSpec } from '../../../types/generated/RunSpec';
import type { SearchSpec } from '../../../types/generated/SearchSpec';
import type { Spec } from '../../../types/generated/Spec';
import { contestant, CONTESTANTS, SIZES, type Contestant } from './methods';

/** What is the same for all methods. */
export const RULES = ['steps', 'time', 'parameters', 'memory'] as const;
export type Rule = (typeof RULES)[number];

export const SEEDS = [1, 3] as const;

export interface Choices {
  /** Ids of contestants, in the order of the page. */
  methods: readonly string[];
  rule: Rule;
  /** How often each method is run, with another seed each time. */
  seeds: number;
}

/** Seconds that each method is given at first where times are equal. */
const FIRST_SECONDS = 10;

/** What no rate may exceed. */
const HIGHEST_RATE = FIELDS.get('training.search.highest')!.schema.maximum!;

/** Most methods that there is room for. */
export const mostMethods = (seeds: number): number => Math.floor(MOST_RUNS / seeds);

/** The experiment of some choices. All else is the base's; the first seeds of all methods come first, so that there soon is something to compare. */
export function specOfChoices({ methods, rule, seeds }: Choices, spec: Pick<Spec, 'experiment' | 'version' | 'base'>, language: Language): Spec {
  const { fine_tuning, training } = spec.base;
  const base: RunSpec = {
    ...spec.base,
    fine_tuning: { ...fine_tuning, method: 'full', quantization: 'none' },
    training: { ...training, seconds: rule === 'time' ? training.seconds || FIRST_SECONDS : 0 },
  };
  const ordered = CONTESTANTS.filter(({ id }) => methods.includes(id));
  const { seed } = base.training;
  const runs = Array.from({ length: seeds }, (_, round) =>
    ordered.map((one) => ({
      name: runName(one.name[language], round === 0 ? null : seed + round),
      patch: { ...changed(one), ...trained(one, base.training.search, round > 0 ? seed + round : null) },
    })),
  ).flat();
  return { experiment: spec.experiment, version: spec.version, base, runs };
}

/** What a contestant changes of a base that trains every weight. */
function changed({ method, quantization }: Contestant): Tree {
  const change = { ...(method !== 'full' && { method }), ...(quantization !== 'none' && { quantization }) };
  return Object.keys(change).length === 0 ? {} : { fine_tuning: change };
}

/** What a contestant changes of the training: the rates that it tries, and its seed where that is not the base's. */
function trained({ rates }: Contestant, { candidates, lowest, highest }: SearchSpec, seed: number | null): Tree {
  const times = (rate: number): number => Math.min(HIGHEST_RATE, Number((rates * rate).toPrecision(4)));
  const change = { ...(candidates > 0 && rates !== 1 && { search: { lowest: times(lowest), highest: times(highest) } }), ...(seed !== null && { seed }) };
  return Object.keys(change).length === 0 ? {} : { training: change };
}

const BETWEEN = ' · ';
const runName = (method: string, seed: number | null): string => (seed === null ? method : `${method}${BETWEEN}${seed}`);

/** A run's name in a language, where it is one that a tournament gave. */
export const nameIn = (language: Language) => (name: string): string => {
  const [method, ...rest] = name.split(BETWEEN);
  const known = CONTESTANTS.find((one) => Object.values(one.name).includes(method!));
  const seed = rest.length === 0 ? null : Number(rest.join(BETWEEN));
  return known && (seed === null || Number.isSafeInteger(seed)) ? runName(known.name[language], seed) : name;
};

/** What an experiment chose, as far as its runs tell. */
export function choicesOf(spec: Spec): Choices {
  const configs = spec.runs.map((_, run) => resolve(spec, run));
  const chosen = new Set(configs.map(contestant));
  const methods = CONTESTANTS.flatMap((one) => (chosen.has(one) ? [one.id] : []));
  const many = new Set(configs.map(({ training }) => training.seed)).size;
  return { methods, rule: ruleOf(spec), seeds: many > 1 ? SEEDS.at(-1)! : 1 };
}

/** The rule that an experiment follows: what runs change of the base tells which of their sizes was made to fit. */
export function ruleOf({ base, runs }: Spec): Rule {
  if (base.training.seconds > 0) return 'time';
  const changes = (path: string): boolean => runs.some(({ patch }) => get(patch as Tree, path) !== undefined);
  if (changes('training.batch_size')) return 'memory';
  return SIZES.some(changes) ? 'parameters' : 'steps';
}

/** Whether an experiment is a tournament: several methods, in runs that are called as it calls them. */
export const isTournament = (spec: Spec): boolean => isCalledSo(spec) && meets(spec);

/** Whether the runs of an experiment are called as a tournament calls them. */
export const isCalledSo = (spec: Spec): boolean => spec.runs.every(({ name }, run) => Object.values(contestant(resolve(spec, run))?.name ?? {}).includes(name.split(BETWEEN)[0]!));

/** Whether at least so many methods meet, whatever their runs are called. */
export const meets = (spec: Spec, least = 3): boolean => new Set(spec.runs.map((_, run) => methodOf(resolve(spec, run)))).size >= least;

const methodOf = ({ fine_tuning: { method, quantization } }: RunSpec): string => `${method} ${quantization}`;

/** Runs of a spec that differ in their seed alone: by their indices, in the order of the first of each. */
export function teamsOf(spec: Spec): number[][] {
  const teams = new Map<string, number[]>();
  spec.runs.forEach(({ fork }, run) => {
    const config: RunSpec = set(resolve(spec, run), 'training.seed', 0);
    const key = JSON.stringify([config, fork ?? null]);
    teams.set(key, [...(teams.get(key) ?? []), run]);
  });
  return [...teams.values()];
}

/** What says how large a run's method is, if it has a size. */
export function sizeOf(spec: Spec, run: number): { path: string; value: number } | null {
  const config = resolve(spec, run);
  const path = contestant(config)?.sizes[0];
  return path === undefined ? null : { path, value: get(config, path) as number };
}

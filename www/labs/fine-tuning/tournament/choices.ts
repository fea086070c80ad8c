/** What can be chosen of a tournament, and the experiment that it comes to: a base, and a run for each method and seed. */
import { get, resolve, set, type Tree } from '../../../engine/spec/patch';
import type { Language } from '../../../shell/text/language';
import { MOST_RUNS } from '../../../shell/store/spec-editor';
import type { Method } from '../../../types/generated/Method';
import type { RunSpec } from '../../../types/generated/RunSpec';
import type { Spec } from '../../../types/generated/Spec';
import { secondsOf } from '../../../types/search';
import { contestant, CONTESTANTS, SIZES } from './methods';

/** What is the same for all methods. */
export const RULES = ['steps', 'time', 'parameters', 'memory'] as const;
export type Rule = (typeof RULES)[number];

export const SEEDS = [1, 3] as const;

export interface Choices {
  /** In the order of the page. */
  methods: readonly Method[];
  rule: Rule;
  /** How often each method is run, with another seed each time. */
  seeds: number;
}

/** Seconds that each method is given at first where times are equal. */
const FIRST_SECONDS = 10;

/** Most methods that there is room for. */
export const mostMethods = (seeds: number): number => Math.floor(MOST_RUNS / seeds);

/** The experiment of some choices. All else is the base's; the first seeds of all methods come first, so that there soon is something to compare. */
export function specOfChoices({ methods, rule, seeds }: Choices, spec: Pick<Spec, 'experiment' | 'version' | 'base'>, language: Language): Spec {
  const seconds = rule === 'time' ? secondsOf(spec.base) || FIRST_SECONDS : 0;
  const base = set(set(spec.base, 'training.seconds', seconds), 'fine_tuning.method', 'full');
  const ordered = CONTESTANTS.filter(({ method }) => methods.includes(method));
  const { seed } = base.training;
  const runs = Array.from({ length: seeds }, (_, round) =>
    ordered.map(({ method, name }) => ({
      name: runName(name[language], round === 0 ? null : seed + round),
      patch: { ...(method !== 'full' && { fine_tuning: { method } }), ...(round > 0 && { training: { seed: seed + round } }) },
    })),
  ).flat();
  return { experiment: spec.experiment, version: spec.version, base, runs };
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
  const chosen = new Set<string>(configs.map(({ fine_tuning }) => fine_tuning.method));
  const methods = CONTESTANTS.flatMap(({ method }) => (chosen.has(method) ? [method] : []));
  const many = new Set(configs.map(({ training }) => training.seed)).size;
  return { methods, rule: ruleOf(spec), seeds: many > 1 ? SEEDS.at(-1)! : 1 };
}

/** The rule that an experiment follows: what runs change of the base tells which of their sizes was made to fit. */
function ruleOf({ base, runs }: Spec): Rule {
  if (secondsOf(base) > 0) return 'time';
  const changes = (path: string): boolean => runs.some(({ patch }) => get(patch as Tree, path) !== undefined);
  if (changes('training.batch_size')) return 'memory';
  return SIZES.some(changes) ? 'parameters' : 'steps';
}

/** Whether an experiment is a tournament: several methods, in runs that are called as it calls them. */
export function isTournament(spec: Spec): boolean {
  const called = spec.runs.every(({ name }, run) => Object.values(contestant(resolve(spec, run).fine_tuning.method)?.name ?? {}).includes(name.split(BETWEEN)[0]!));
  return called && meets(spec);
}

/** Whether at least three methods meet. */
export const meets = (spec: Spec): boolean => choicesOf(spec).methods.length > 2;

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

/** What a run's method is made as large as, if it has a size. */
export function sizeOf(spec: Spec, run: number): { path: string; value: number } | null {
  const config = resolve(spec, run);
  const path = contestant(config.fine_tuning.method)?.size ?? null;
  return path === null ? null : { path, value: get(config, path) as number };
}

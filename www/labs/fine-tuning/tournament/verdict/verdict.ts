/** What can be said of all methods: which are beaten in everything, and by which. */
import { MEASURES, type Team } from '../measures';
import { field, type Field } from '../noise';

/** What is compared: all that less is better of, without the parts of the memory. */
export const COMPARED: readonly string[] = MEASURES.map(({ metric }) => metric).filter((metric) => !metric.startsWith('memory.'));

export interface Beaten {
  team: Team;
  /** A method that is clearly worse in nothing and clearly better in something. */
  by: Team;
  /** Where they are furthest apart. */
  metric: string;
  values: readonly [its: number, better: number];
  unit: string;
}

export interface Verdict {
  unbeaten: readonly Team[];
  beaten: readonly Beaten[];
  /** In how many measures they were compared. */
  measures: number;
}

/** Null: fewer than two methods have ended, or some have not. */
export function verdict(teams: readonly Team[]): Verdict | null {
  if (teams.length < 2 || teams.some(({ runs }) => runs.some(({ status }) => status !== 'finished'))) return null;
  const fields = COMPARED.map((metric) => field(teams, metric)).filter(({ values }) => values.every((value) => value !== null));
  if (fields.length === 0) return null;
  const better = (one: number, other: number): Field[] => fields.filter(({ less }) => less(one, other));
  const beats = (one: number, other: number): boolean => better(other, one).length === 0 && better(one, other).length > 0;
  const all = teams.map((_, i) => i);
  const unbeaten = all.filter((one) => !all.some((other) => beats(other, one)));
  const beaten = all.flatMap((one): Beaten[] => {
    // Rather by one that nothing beats, and by the one that is ahead in most.
    const [by] = all.filter((other) => beats(other, one)).sort((a, b) => Number(unbeaten.includes(b)) - Number(unbeaten.includes(a)) || better(b, one).length - better(a, one).length);
    if (by === undefined) return [];
    const at = better(by, one).map((of) => ({ of, value: of.values[one]!.value, best: of.values[by]!.value })).sort((a, b) => distance(b) - distance(a))[0]!;
    return [{ team: teams[one]!, by: teams[by]!, metric: at.of.metric, values: [at.value, at.best], unit: at.of.values[one]!.unit }];
  });
  return { unbeaten: unbeaten.map((i) => teams[i]!), beaten, measures: fields.length };
}

/** How far two values are apart, in standard errors; what no seed changes is further apart than anything, by its ratio. */
function distance({ of, value, best }: { of: Field; value: number; best: number }): number {
  const { deviation } = of;
  if (deviation.value === 0) return 1e9 * Math.log(value / best);
  return (deviation.relative ? Math.log(value / best) : value - best) / deviation.value;
}

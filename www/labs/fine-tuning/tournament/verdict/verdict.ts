/** What can be said of all methods: which are beaten in everything, and by which. */
import { MEASURES, type Team } from '../measures';
import { field, type Field } from '../noise';

/** What is compared: all that less is better of, without the parts of the memory. */
export const COMPARED: readonly string[] = MEASURES.map(({ metric }) => metric).filter((metric) => !metric.startsWith('memory.'));

/** Methods that one other beats. */
export interface Beaten {
  teams: readonly Team[];
  /** It is clearly worse than them in nothing, and clearly better in something. */
  by: Team;
  /** Where it is furthest ahead of all of them. */
  metric: string;
  /** What it has there, and what each of them has. */
  better: number;
  values: readonly number[];
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
  const groups: { by: number; ones: number[]; ahead: readonly Field[] }[] = [];
  for (const one of all) {
    // Rather by one that nothing beats, and by the one that is ahead in most.
    const [by] = all.filter((other) => beats(other, one)).sort((a, b) => Number(unbeaten.includes(b)) - Number(unbeaten.includes(a)) || better(b, one).length - better(a, one).length);
    if (by === undefined) continue;
    const ahead = better(by, one);
    const group = groups.find((other) => other.by === by && other.ahead.some((of) => ahead.includes(of)));
    if (group) [group.ones, group.ahead] = [[...group.ones, one], group.ahead.filter((of) => ahead.includes(of))];
    else groups.push({ by, ones: [one], ahead });
  }
  const beaten = groups.map(({ by, ones, ahead }): Beaten => {
    const lead = (of: Field): number => Math.min(...ones.map((one) => distance(of, by, one)));
    const [most] = [...ahead].sort((a, b) => lead(b) - lead(a));
    const { metric, values } = most!;
    return { teams: ones.map((i) => teams[i]!), by: teams[by]!, metric, better: values[by]!.value, values: ones.map((i) => values[i]!.value), unit: values[by]!.unit };
  });
  return { unbeaten: unbeaten.map((i) => teams[i]!), beaten, measures: fields.length };
}

/** How far the first is below the second, in standard deviations; what no seed changes is further apart than anything, by its ratio. */
function distance({ deviation: { value, relative }, values }: Field, one: number, other: number): number {
  const [low, high] = [values[one]!.value, values[other]!.value];
  if (value === 0) return 1e9 * Math.log(high / low);
  return (relative ? Math.log(high / low) : high - low) / value;
}

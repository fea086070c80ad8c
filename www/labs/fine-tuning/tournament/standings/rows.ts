/** The table of a tournament: a row each method, in any order, with the best of each column. */
import { measured, MEASURES, rateOf, stepsOf, type Spread, type Team } from '../measures';
import { field, leaders } from '../noise';

/** What a column has of a method; `best`: whether the least of it is the best. */
export interface Column {
  id: string;
  best: boolean;
  of(team: Team): Spread | null;
}

/** Columns in the order of the table: the loss, what it costs, and with what it was reached. */
export const COLUMNS: readonly Column[] = [
  ...MEASURES.filter(({ metric }) => !metric.startsWith('memory.')).map(({ metric }) => ({ id: metric, best: true, of: (team: Team) => measured(team, metric) })),
  { id: 'learning_rate', best: false, of: rateOf },
  { id: 'steps', best: false, of: stepsOf },
];

/** How a table is sorted. */
export interface Order {
  /** The column; empty: by name. */
  by: string;
  down: boolean;
}

export interface Row {
  team: Team;
  cells: readonly (Spread | null)[];
}

/** Rows in an order; what a column has not of a method comes last in it, whichever way it is sorted. */
export function rows(teams: readonly Team[], columns: readonly Column[], { by, down }: Order, compare: (a: string, b: string) => number): Row[] {
  const all = teams.map((team) => ({ team, cells: columns.map((column) => column.of(team)) }));
  const at = columns.findIndex(({ id }) => id === by);
  const sign = down ? -1 : 1;
  return all.sort((a, b) => {
    if (at < 0) return by === '' ? sign * compare(a.team.name, b.team.name) : a.team.first - b.team.first;
    const [one, other] = [a.cells[at], b.cells[at]];
    if (!one || !other) return Number(!one) - Number(!other) || a.team.first - b.team.first;
    return sign * (one.value - other.value) || a.team.first - b.team.first;
  });
}

/** Of each column of which less is better, the methods that none is clearly better than, by their first runs; none where that is all of them. */
export function bests(teams: readonly Team[], columns: readonly Column[]): ReadonlySet<number>[] {
  return columns.map(({ id, best }) => new Set(best ? leaders(field(teams, id)).map((i) => teams[i]!.first) : []));
}

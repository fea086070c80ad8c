/** All points of a chart as comma-separated values. */
import type { ChartCurve } from './curves';

export interface Units {
  /** What both axes measure, as they say it. */
  readonly x: string;
  readonly y: string;
}

/**
 * A row for each x at which any series has a point; empty where one has none. The names of columns begin with their units and not with a
 * name that somebody gave: some programs compute what begins with `=`. A byte order mark leads, by which they know UTF-8.
 */
export function csv(curves: readonly ChartCurve[], { x: across, y: up }: Units): string {
  const columns = curves.flatMap(({ name, series }) =>
    series.flatMap((one) => {
      const head = (edge = ''): string => `${up}: ${[name, one.key ?? one.name, edge].filter(Boolean).join(', ')}`;
      const { x, y, to, lead = 0 } = one;
      return to ? [{ head: head('1'), x, y, at: lead }, { head: head('2'), x, y: to, at: lead }] : [{ head: head(), x, y, at: lead }];
    }),
  );
  const rows = [[across, ...columns.map(({ head }) => head)].map(quoted)];
  for (;;) {
    const next = Math.min(...columns.map(({ x, at }) => x[at] ?? Infinity));
    if (next === Infinity) break;
    rows.push([
      String(next),
      ...columns.map((column) => {
        let value = '';
        // Of points at the same x the last stands.
        while (column.x[column.at] === next) value = numeral(column.y[column.at++]!);
        return value;
      }),
    ]);
  }
  return file(rows);
}

const file = (rows: readonly (readonly string[])[]): string => `\ufeff${rows.map((row) => row.join(',')).join('\r\n')}\r\n`;

/** A name that somebody gave, in a cell: some programs compute what begins with one of these signs, but not behind an apostrophe. */
const named = (name: string): string => quoted(/^[=+\-@\t]/.test(name) ? `'${name}` : name);

/** A table as comma-separated values: its head, and rows that begin with a name. A number that is not there, or not finite, is an empty cell. */
export const tableCsv = (head: readonly string[], rows: readonly (readonly [name: string, ...cells: (number | string | null)[]])[]): string =>
  file([head.map(quoted), ...rows.map(([name, ...cells]) => [named(name), ...cells.map((cell) => (typeof cell === 'string' ? quoted(cell) : cell === null ? '' : numeral(cell)))])]);

const numeral = (value: number): string => (Number.isFinite(value) ? String(value) : '');
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

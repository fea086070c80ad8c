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
  return `\ufeff${rows.map((row) => row.join(',')).join('\r\n')}\r\n`;
}

const numeral = (value: number): string => (Number.isFinite(value) ? String(value) : '');
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

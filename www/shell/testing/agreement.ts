/** Whether all numbers that a page shows of one quantity are the same: for tests. */

/** A number that says what it is of, as it stands on a page. */
export interface Place {
  /** Such as `mesh/step_time`. */
  quantity: string;
  /** In the metric's own unit. */
  value: string;
  /** As a person reads it. */
  text: string;
}

/** What the units in texts are in those of metrics: bytes, milliseconds, shares of one. */
const UNITS: Record<string, number> = { '': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, '%': 0.01, ms: 1, 毫秒: 1 };
/** Seconds are the unit of some metrics; others are in milliseconds. */
const SECONDS = ['s', '秒'];
const MINUTES = /^([\d,]+) (?:min|分) (\d+) (?:s|秒)$/;

interface Read {
  number: number;
  /** Half a unit of its last digit. */
  half: number;
  /** What one of its units may be in the metric's. */
  scales: number[];
}

/** The number of a text; null where it has none. */
function read(text: string): Read | null {
  const long = MINUTES.exec(text.trim());
  if (long) {
    const number = 60 * Number(long[1]!.replaceAll(',', '')) + Number(long[2]);
    return { number, half: 0.5, scales: [1, 1000] };
  }
  const found = /^([-−]?[\d,]+(?:\.(\d+))?)\s*(.*)$/.exec(text.trim());
  if (!found) return null;
  const [, digits, decimals = '', unit = ''] = found;
  const number = Number(digits!.replaceAll(',', '').replace('−', '-'));
    // A number without a unit stands in a column that has one: of memory, MiB.
  const scales = SECONDS.includes(unit) ? [1, 1000] : unit === '' ? [1, 2 ** 20] : [UNITS[unit] ?? 1];
  return { number, half: 0.5 * 10 ** -decimals.length, scales };
}

/** A little more than a half: what is halfway may be rounded up or down, and sums have their own last bits. */
const SLACK = 1 + 1e-6;

/** Whether a text is a value, rounded to the text's digits. */
export function reads(text: string, value: number): boolean {
  const found = read(text);
  if (!found) return false;
  const { number, half, scales } = found;
  return scales.some((scale) => Math.abs(number - value / scale) <= half * SLACK);
}

/** What does not agree: a text that is not its value, and quantities of which two places have different ones. Empty where all is well. */
export function disagreements(places: readonly Place[]): string[] {
  const wrong = places.filter(({ value, text }) => !reads(text, Number(value))).map(({ quantity, value, text }) => `${quantity}: “${text}” is not ${value}`);
  const different = [...grouped(places)].flatMap(([quantity, all]) => {
    const first = Number(all[0]!.value);
    const others = all.filter(({ value }) => Math.abs(Number(value) - first) > 1e-9 * Math.abs(first));
    return others.length === 0 ? [] : [`${quantity}: ${[...new Set(all.map(({ value, text }) => `${value} (“${text}”)`))].join(', ')}`];
  });
  return [...wrong, ...different];
}

function grouped(places: readonly Place[]): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) groups.set(place.quantity, [...(groups.get(place.quantity) ?? []), place]);
  return groups;
}

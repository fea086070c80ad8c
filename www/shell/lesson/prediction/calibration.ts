/** How well somebody knows what they know. */
import type { Foretold } from '../../library/foretold';

/** Of those who said how sure they were: the chance that they gave, and how often they were right. */
export interface Calibration {
  sureness: number;
  right: number;
  all: number;
}

export function calibration(all: readonly Foretold[]): Calibration[] {
  const told = all.filter(({ sureness, outcome, seen }) => sureness !== null && outcome !== null && !seen);
  const levels = [...new Set(told.map(({ sureness }) => sureness!))].sort((a, b) => a - b);
  return levels.map((sureness) => {
    const own = told.filter((each) => each.sureness === sureness);
    return { sureness, right: own.filter(({ outcome }) => outcome!.grade !== 'far').length, all: own.length };
  });
}

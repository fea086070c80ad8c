/** The least and the greatest of numbers; null: there are none. NaN is passed over. A loop, since a call cannot take 100,000 arguments. */
export function extent(values: Iterable<number>): [least: number, greatest: number] | null {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least <= greatest ? [least, greatest] : null;
}

/** Where the lanes of a timeline lie, in pixels. */

export interface LaneBox {
  y: number;
  height: number;
}

export interface Layout {
  /** From the left edge to where time begins. */
  left: number;
  /** Width of the whole step, unless it is enlarged. */
  inner: number;
  /** Baseline of the words above the first lane. */
  header: number;
  /** First and last pixel of the lanes. */
  top: number;
  bottom: number;
  height: number;
  /** Whether there is room for lanes' names. */
  wide: boolean;
  /** Each rank's lanes, and the line above it where a replica begins. */
  rows: { plan: LaneBox; run: LaneBox | null; above: number | null }[];
  /** From a lane's top to the baseline of a text in its middle. */
  baseline(height: number): number;
}

const NARROW = 620;
const HEADER = 16;
const AXIS = 44;
/** Heights of a planned and a measured lane, and the room between ranks; the more ranks, the less. */
const HEIGHTS = [
  { most: 2, plan: 30, run: 38, gap: 18 },
  { most: 4, plan: 26, run: 32, gap: 14 },
  { most: 8, plan: 19, run: 22, gap: 10 },
  { most: 16, plan: 14, run: 15, gap: 7 },
  { most: Infinity, plan: 8, run: 9, gap: 6 },
];
const REPLICA_ROOM = 22;
const BETWEEN = 2;
/** Height of a lane that is alone in the room of two. */
const ALONE = 44;

/** Lanes of `ranks`, with measured ones or without; `replicas`: the replica of each. */
export function layout(ranks: number, width: number, measured: boolean, replicas: number[] = []): Layout {
  const heights = HEIGHTS.find(({ most }) => ranks <= most)!;
  const wide = width >= NARROW;
  const left = wide ? 148 : 52;
  const several = replicas.some((replica) => replica > 0);
  const alone = several && new Set(replicas).size === ranks;
  let y = HEADER + 8;
  const top = y;
  const rows = Array.from({ length: ranks }, (_, i) => {
    // Replicas of one rank need no line between them.
    const begins = several && !alone && replicas[i] !== replicas[i - 1];
    const above = begins ? y : null;
    if (begins) y += REPLICA_ROOM;
    const room = heights.plan + BETWEEN + heights.run;
    const single = Math.min(ALONE, room);
    // Nothing moves when what was measured comes: its room is kept.
    const plan = measured ? { y, height: heights.plan } : { y: y + (room - single) / 2, height: single };
    const run = measured ? { y: y + heights.plan + BETWEEN, height: heights.run } : null;
    y += room + heights.gap;
    return { plan, run, above };
  });
  const bottom = y - heights.gap + 4;
  return {
    left,
    inner: Math.max(80, width - left - (wide ? 92 : 52)),
    header: HEADER,
    top,
    bottom,
    height: bottom + AXIS,
    wide,
    rows,
    baseline: (height) => height / 2 + 5,
  };
}

/** The figures of a row as the chart needs them. */
import { LIBRARIES } from '../../../tests/bench/groups.mjs';
import { median } from '../../../tests/bench/pages/timing.mjs';
import type { RowView } from '../benchmark';

/** One bar. */
export interface Bar {
  /** Name of a peer; null: this engine. */
  peer: string | null;
  /** In the row's unit; null: not known, or not yet. */
  value: number | null;
  /** Of the peak, or of the fastest where there is no peak. */
  share: number | null;
}

/** What a value in the row's unit is in 10⁹ operations per second. */
function operations({ row }: RowView, value: number): number {
  return row.tokens ? (value / row.tokens) * row.flop * 1e-9 : value;
}

/** The peers of a row by their names; none where they do not take part. */
export const peersOf = (view: RowView): string[] => (view.peers ? view.row.peers.map((library) => LIBRARIES[library]!.name) : []);

/** What a value is a share of, in the row's unit. */
function scale(view: RowView): (value: number) => number {
  const { result } = view;
  if (result && Number.isFinite(result.peak)) return (value) => operations(view, value) / result.peak;
  const most = Math.max(...[result?.ours ?? 0, ...Object.values(result?.peers ?? {})].filter(Number.isFinite));
  return (value) => value / most;
}

/** This engine's bar, then those of the peers that take part. */
export function bars(view: RowView): Bar[] {
  const of = scale(view);
  const bar = (peer: string | null, value = NaN): Bar => (Number.isFinite(value) ? { peer, value, share: of(value) } : { peer, value: null, share: null });
  return [bar(null, view.result?.ours), ...peersOf(view).map((name) => bar(name, view.result?.peers[name]))];
}

/** Where this engine's rounds lie on the bar's scale, where they differ. */
export function spreadShares(view: RowView): [number, number] | null {
  if (!view.result) return null;
  const of = scale(view);
  const [low, high] = view.result.spread;
  if (!(low < high)) return null;
  return [of(low), of(high)];
}

/** This engine beside the fastest peer. */
export function bestPeer({ result }: RowView): { name: string; ratio: number } | null {
  const [best] = Object.entries(result?.peers ?? {}).sort(([, a], [, b]) => b - a);
  return result && Number.isFinite(result.ours) && best ? { name: best[0], ratio: result.ours / best[1] } : null;
}

/** What a figure comes to: the median share, and the least and greatest ratio to the best peer. */
export function summary(views: RowView[]): { share: number | null; ratios: [number, number] | null } {
  const shares = views.flatMap(({ result }) => (result && Number.isFinite(result.fraction_of_peak) ? [result.fraction_of_peak] : []));
  const ratios = views.flatMap((view) => bestPeer(view)?.ratio ?? []);
  return {
    share: shares.length > 0 ? median(shares) : null,
    ratios: ratios.length > 0 ? [Math.min(...ratios), Math.max(...ratios)] : null,
  };
}

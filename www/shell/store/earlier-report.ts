/** What ranks measured, as a version of the page before told it, in today's names. */
import type { ParallelReport } from '../../types/generated/ParallelReport';
import type { RankUse } from '../../types/generated/RankUse';
import type { Span } from '../../types/generated/Span';
import type { SpanKind } from '../../types/generated/SpanKind';
import type { Timeline } from '../../types/generated/Timeline';
import type { Traffic } from '../../types/generated/Traffic';

const KINDS: Record<string, SpanKind> = { communication: 'transfer', idle: 'wait' };

type Earlier<T> = Partial<T> & Record<string, unknown>;

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const span = (each: Span): Span => ({ ...each, kind: KINDS[each.kind] ?? each.kind });
const use = ({ compute, transfer, wait, communication, idle }: Earlier<RankUse>): RankUse => ({
  compute: number(compute),
  transfer: transfer ?? number(communication),
  wait: wait ?? number(idle),
});
const timeline = (each: Timeline): Timeline => ({ ...each, spans: each.spans.map(span), ranks: each.ranks.map((rank) => use(rank as unknown as Earlier<RankUse>)) });
const traffic = ({ seconds_waited, ...each }: Earlier<Traffic>): Traffic =>
  ({ ...each, wait_seconds: each.wait_seconds ?? number(seconds_waited), transfer_seconds: each.transfer_seconds ?? 0 }) as Traffic;

/** The report with the names of today; what was not told apart then counts as transfer. */
export function inTodaysNames(report: ParallelReport): ParallelReport {
  // It came with them.
  if (report.prediction?.one_rank_seconds !== undefined) return report;
  const { planned, prediction, last } = report;
  return {
    ...report,
    planned: { ...planned, timeline: timeline(planned.timeline) },
    prediction: {
      ...prediction,
      timeline: timeline(prediction.timeline),
      one_rank_seconds: 0,
      traffic: prediction.traffic.map((rank) => rank.map((each) => traffic(each as unknown as Earlier<Traffic>))),
    },
    last: last.map((rank) => ({ ...rank, spans: rank.spans.map(span), traffic: rank.traffic.map((each) => traffic(each as unknown as Earlier<Traffic>)) })),
  };
}

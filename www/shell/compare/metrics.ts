import type { Metric } from '../../types/generated/Metric';
import { outcomeOf, type ComparedRun } from './run';

/** A metric of one run, beside the baseline. */
export interface MetricCell extends Metric {
  /** Its value divided by the baseline's; null where the baseline has none, has 0, or has another unit. */
  readonly ratio: number | null;
}

export interface MetricRow {
  readonly name: string;
  /** Null where the runs' units differ. */
  readonly unit: string | null;
  /** One for each run; null where it did not measure this. */
  readonly cells: readonly (MetricCell | null)[];
}

/** Every metric that any of the runs has: in the order of the engine's own comparison, others after them. */
export function metricTable(runs: readonly ComparedRun[], baseline: number): MetricRow[] {
  const metrics = runs.map((run) => outcomeOf(run)?.metrics ?? {});
  const compared = runs.flatMap((run) => (run.entry.result?.comparison ?? []).map(({ metric }) => metric));
  const measured = new Set(metrics.flatMap(Object.keys));
  const names = new Set([...compared.filter((name) => measured.has(name)), ...measured]);
  return [...names].map((name) => {
    const own = metrics.map((one) => (Object.hasOwn(one, name) ? one[name]! : null));
    const units = new Set(own.flatMap((metric) => metric?.unit ?? []));
    return {
      name,
      unit: units.size === 1 ? [...units][0]! : null,
      cells: own.map((metric) => metric && { ...metric, ratio: ratio(metric, own[baseline] ?? null) }),
    };
  });
}

function ratio(metric: Metric, base: Metric | null): number | null {
  if (!base || base.unit !== metric.unit) return null;
  const value = metric.value / base.value;
  return Number.isFinite(value) ? value : null;
}

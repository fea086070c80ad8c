/** Values of specs and of results, as a person reads them. */
import type { Words } from './words';

/** A value of the spec. */
export function valueText(words: Words, path: string, value: unknown): string {
  const { messages, format } = words;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item).replace('_proj', ''))).join(' ');
  if (typeof value === 'number') return format.plain(value);
  return words.option(path, String(value)) ?? messages.sources[String(value)] ?? (value === '' ? '∅' : String(value).replace(/^file:/, ''));
}

/** A measured value with its unit. */
export function valueWithUnit({ messages, format }: Words, value: number, unit: string): string {
  if (unit === 'bytes') return `${format.mebibytes(value)} MiB`;
  if (unit === 'parameters' || unit === 'ranks') return format.count(value);
  if (unit === 's') return format.duration(value);
  if (unit === 'ratio') return value <= 1 ? format.percent(value) : format.short(value);
  if (unit.startsWith('nats')) return format.loss(value);
  return `${format.short(value)} ${messages.units[unit] ?? unit}`.trim();
}

/** A metric's name; `memory.CATEGORY` is the peak of that category. */
export function metricName({ messages }: Words, metric: string): string {
  const { results } = messages;
  const category = metric.startsWith('memory.') ? metric.slice('memory.'.length) : null;
  if (category !== null) return results.peakOf(results.memoryCategories[category] ?? category);
  return results.metrics[metric] ?? metric.replaceAll('_', ' ');
}

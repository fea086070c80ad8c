/** Values of specs and of results, as a person reads them. */
import type { Words } from './words';

/** A value of the spec. */
export function valueText(words: Words, path: string, value: unknown): string {
  const { messages, format } = words;
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item).replace('_proj', ''))).join(' ');
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([name, each]) => `${name} ${valueText(words, path, each)}`).join(', ') || '∅';
  if (typeof value === 'number') return format.plain(value);
  return words.option(path, String(value)) ?? messages.sources[String(value)] ?? (value === '' ? '∅' : String(value).replace(/^file:/, ''));
}

/** The unit of bytes that are sent, or are a file: memory is told in MiB, so that its parts compare, but these may be few. */
const SENT = 'bytes sent';

/** The unit that a metric is shown in. */
export const shownUnit = (name: string, unit: string): string => (name.endsWith('bytes_sent') || name === 'adapter_bytes' ? SENT : unit);

/** A measured value with its unit. */
export function valueWithUnit(words: Words, value: number, unit: string): string {
  return `${numberOf(words, value, unit)} ${unitName(words, unit)}`.trim();
}

/** Lower and upper quartile of what has this unit, without it; empty where they read the same. */
export function spreadText(words: Words, [low, high]: readonly [number, number], unit: string): string {
  const ends = [low, high].map((value) => numberOf(words, value, unit));
  return ends[0] === ends[1] ? '' : ends.join('–');
}

/** A measured value without what {@link unitName} names. */
function numberOf({ format }: Words, value: number, unit: string): string {
  if (unit === 'bytes') return format.mebibytes(value);
  if (unit === SENT) return format.size(value);
  if (unit === 'parameters' || unit === 'ranks') return format.count(value);
  if (unit === 's') return format.duration(value);
  if (unit === 'ratio') return format.percent(value);
  return unit.startsWith('nats') ? format.loss(value) : format.three(value);
}

/** Times name their own, and so do percentages; losses are of one unit everywhere. */
function unitName({ messages }: Words, unit: string): string {
  if (unit === 'bytes') return 'MiB';
  return ['parameters', 'ranks', 's', 'ratio', SENT].includes(unit) || unit.startsWith('nats') ? '' : (messages.units[unit] ?? unit);
}

/** A metric's name; `memory.CATEGORY` is the peak of that category. */
export function metricName({ messages }: Words, metric: string): string {
  const { results } = messages;
  const category = metric.startsWith('memory.') ? metric.slice('memory.'.length) : null;
  if (category !== null) return results.peakOf(results.memoryCategories[category] ?? category);
  return results.metrics[metric] ?? metric.replaceAll('_', ' ');
}

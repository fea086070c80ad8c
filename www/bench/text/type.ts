import type { FormatWords } from '../../shell/text/format';

/** Texts of the benchmark. */
export interface BenchText {
  question: string;
  lead: string;
  empty: string;
  groups: string;
  /** By the groups of `tests/bench/groups.mjs`. */
  groupNames: Record<string, string>;
  groupNotes: Record<string, string>;
  /** By `group op`. */
  ops: Record<string, { name: string; note: string }>;
  attentionShape(length: number, heads: number, size: number): string;
  trainShape(layers: number, width: number, sequences: number, length: number): string;
  threads: string;
  threadsNotIsolated: string;
  threadsMissing: string;
  /** Of a parameter of the page's address. */
  refused(parameter: string, values: string, accepted: string): string;
  rounds: string;
  roundsHint: string;
  peers: string;
  peersToo(names: string): string;
  peersHint(size: string): string;
  peersAbsent: string;
  idle(seconds: string): string;
  nothingChosen: string;
  loadingEngine: string;
  loading(library: string): string;
  running(row: string, total: string): string;
  left(seconds: string): string;
  finished(seconds: string): string;
  stopped: string;
  failed(reason: string): string;
  peak: string;
  peakMeaning: string;
  peakMissing: string;
  figure(index: number): string;
  onThreads(count: number): string;
  /** Names of units, where the language has others than the engine. */
  units: Record<string, string>;
  formatWords: FormatWords;
  share: string;
  thisEngine: string;
  spread(low: string, high: string): string;
  ratio(times: string, peer: string): string;
  medianShare(share: string): string;
  ratios(low: string, high: string): string;
  cannot(library: string, reason: string): string;
  environment: string;
  browser: string;
  cores: string;
  variant: string;
  isolation: string;
  roundsDone: string;
  download: string;
  noAnswer(seconds: number): string;
  didNotLoad(address: string): string;
  noEngine: string;
  notLoaded(reason: string): string;
  list(items: string[]): string;
}

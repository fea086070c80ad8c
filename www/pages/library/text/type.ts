/** What the page of the library says. */
import type { EntryStatus } from '../../../shell/library';

export interface LibraryText {
  search: string;
  nothingFound(query: string): string;
  count(shown: string, all: string): string;
  empty: string;
  labs: string;
  loading: string;

  nameOf(name: string): string;
  note: string;
  noteOf(name: string): string;
  runsOf(name: string): string;
  steps(count: string): string;
  /** When an experiment was begun. */
  begun(when: string): string;
  status: Record<EntryStatus, string>;
  interrupted: string;
  unsaved: string;
  open: string;
  openWhat(name: string): string;
  goOn: string;
  goOnWith(name: string): string;
  duplicate: string;
  duplicateWhat(name: string): string;
  export: string;
  exportWhat(name: string): string;
  remove: string;
  removeWhat(name: string): string;
  removed(name: string): string;
  undo: string;
  undoWhat(name: string): string;

  import: string;
  exportAll: string;
  exportPredictions: string;
  reading(share: string): string;
  writing(share: string): string;
  stop: string;
  imported(names: readonly string[]): string;
  dropHere: string;
  tryAgain: string;

  used(size: string): string;
  unknownUse: string;
  kept: string;
  mayBeCleared: string;
  keep: string;
  notGranted: string;
  inTabOnly: string;

  chosen(runs: number, entries: number): string;
  compare: string;
  compareHint: string;
  tooMany(most: number): string;
  exportChosen: string;
  clear: string;

  compared: string;
  comparedLead: string;
  back: string;
  copyLink: string;
  beforeComparing: string;
  missing(count: number): string;
  none: string;
  leaveOut(run: string): string;
  differences: string;
  differencesCaption: string;
  noDifference: string;
  measured: string;
  ofFork: { run: string; step: string };
  kinds: { modelled: string; quoted: string };

  curves: string;
  curvesCaption: string;
  axis: string;
  axes: Record<'step' | 'tokens' | 'time', string>;
  /** Behind a number on the axis. */
  axisUnits: Record<'tokens' | 'time', string>;
  axisLabels: Record<'step' | 'tokens' | 'time', string>;
  noCurve(runs: readonly string[]): string;
  /** Of what was foretold in lessons. */
  predictions: string;
  predictionsCaption(count: string, right: string): string;
  sure: string;
  right: string;
  cameTrue(right: number, all: number): string;
  foretold: { open: string; hit: string; near: string; far: string };
}

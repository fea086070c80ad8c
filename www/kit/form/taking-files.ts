/** Files of the visitor on their way from a field to whoever keeps them. */

/** What was dropped or chosen, as the browser gives it. A `DataTransfer` is empty once its event is over: read it before waiting for anything. */
export type GivenFiles = { from: 'drop'; transfer: DataTransfer } | { from: 'chooser'; files: File[] };

/** How far the reading of files is; `total`: null where it is not known. Both in bytes. */
export interface Taking {
  name: string;
  done: number;
  total: number | null;
}

/** That a field takes the visitor's own files. Whoever takes them reads them, and says what is wrong with them. */
export interface FileOffer {
  /** Is called while their event goes on. */
  take: (given: GivenFiles) => void;
  /** What is being read; null: nothing is. */
  taking: Taking | null;
  /** Ends the reading. */
  stop: () => void;
  /** Forgets files that were refused; absent where none were. */
  forget?: () => void;
  /** Whether several may be chosen at once. */
  multiple?: boolean;
  /** Whether a folder may be chosen, too. */
  folder?: boolean;
  accept?: string;
  /** What files are wanted, for whoever is about to choose. */
  hint?: string;
}

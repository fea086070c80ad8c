import type { FieldText } from '../i18n/messages';
import type { BrokenLink } from '../spec/address';
import type { Problem } from '../types/generated/Problem';

/** A change that makes what is wrong possible. */
export interface Remedy {
  label: string;
  take(): void;
}

/** What a page has to tell of what is wrong. */
export interface NoticeModel extends EventTarget {
  readonly allProblems: Problem[];
  readonly brokenLink: BrokenLink | null;
  /** Whether the engine failed, so that only a new one can go on. */
  readonly crashed: boolean;
  /** Why the page cannot do all that it could elsewhere. */
  readonly handicap: string | null;
  /** A way out of the problems by one press; absent where the page knows none. */
  readonly remedy?: Remedy | null;

  fieldText(path: string): FieldText | undefined;
  optionText(path: string, option: string): string;
  /** Shows the form that has a problem's field. */
  turnTo(problem: Pick<Problem, 'run' | 'field'>): void;
  dismissLink(): void;
  runNow(): Promise<void>;
}

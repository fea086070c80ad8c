/** What is remembered of each lesson: how far somebody came in it, and what they foretold. */
import type { StoragePort } from '../ports';
import { isForetold, type Foretold } from '../library/foretold';

export interface LessonNote {
  /** What was foretold, with how near that came once it is known. */
  foretold: Foretold | null;
  /** Whether it was run to its end. */
  ran: boolean;
  /** The option of the last question that was chosen; null: none. */
  checked: number | null;
  /** Whether that is right. */
  right: boolean;
}

export const NO_NOTE: LessonNote = { foretold: null, ran: false, checked: null, right: false };

const keyOf = (lab: string, lesson: string): string => `tinyai-lesson:${lab}/${lesson}`;

/** What is not as it was written counts for nothing. */
export function readNote(storage: StoragePort, lab: string, lesson: string): LessonNote {
  const text = storage.get(keyOf(lab, lesson));
  if (text === null) return NO_NOTE;
  try {
    const { foretold, ran, checked, right } = JSON.parse(text) as Record<string, unknown>;
    return {
      foretold: isForetold(foretold) ? foretold : null,
      ran: ran === true,
      checked: Number.isSafeInteger(checked) ? (checked as number) : null,
      right: right === true,
    };
  } catch {
    return NO_NOTE;
  }
}

export function writeNote(storage: StoragePort, lab: string, lesson: string, note: LessonNote): void {
  storage.set(keyOf(lab, lesson), JSON.stringify(note));
}

/** How far somebody came: nothing yet, begun, run, or the last question answered rightly. */
export type LessonStage = 'new' | 'begun' | 'ran' | 'done';

export function stageOf({ foretold, ran, right, checked }: LessonNote): LessonStage {
  if (ran && right) return 'done';
  if (ran) return 'ran';
  return foretold || checked !== null ? 'begun' : 'new';
}

/** The lessons of the parallel lab, and the experiments that each sets up. */
import type { LESSONS } from '../../parallel/lessons';

export type LessonKey = keyof typeof LESSONS;

/** A lesson's text: what happens, what to watch, and its experiments by name. */
export interface LessonTexts<K extends LessonKey = LessonKey> {
  title: string;
  text: string;
  watch: string;
  setups: Record<keyof (typeof LESSONS)[K], string>;
}

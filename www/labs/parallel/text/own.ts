import type { Words } from '../../../shell/text/words';
import type { ParallelMessages } from './messages';

/** What the figures of this lab say. */
export const ownText = (words: Words): ParallelMessages => words.lab.own as ParallelMessages;

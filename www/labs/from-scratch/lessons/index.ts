/** The lessons of the lab, in the order in which they are taken. */
import type { Lesson } from '../../../shell/lesson/lesson';
import { depth } from './depth';
import { firstWords } from './first-words';
import { tokens } from './tokens';

export const lessons: readonly Lesson[] = [firstWords, depth, tokens];

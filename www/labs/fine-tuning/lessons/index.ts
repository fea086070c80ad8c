/** The lessons of the lab, in the order in which they are taken. */
import type { Lesson } from '../../../shell/lesson/lesson';
import { loraSaves } from './lora-saves';

export const lessons: readonly Lesson[] = [loraSaves];

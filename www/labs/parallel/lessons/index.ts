/** The lessons of the lab, in the order in which they are taken. */
import type { Lesson } from '../../../shell/lesson/lesson';
import { compressedGradients } from './compressed-gradients';
import { dataParallel } from './data-parallel';
import { pipelineBubble } from './pipeline-bubble';
import { scheduleMemory } from './schedule-memory';
import { smallerBubble } from './smaller-bubble';
import { tensorParallel } from './tensor-parallel';
import { unequalRanks } from './unequal-ranks';
import { zero } from './zero';

export const lessons: readonly Lesson[] = [dataParallel, pipelineBubble, scheduleMemory, smallerBubble, tensorParallel, zero, unequalRanks, compressedGradients];

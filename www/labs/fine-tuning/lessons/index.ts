/** The lessons of the lab, in the order in which they are taken. */
import type { Lesson } from '../../../shell/lesson/lesson';
import { equalTime } from './equal-time';
import { forgetting } from './forgetting';
import { highRanks } from './high-ranks';
import { learningRate } from './learning-rate';
import { loraSaves } from './lora-saves';
import { memory } from './memory';
import { modules } from './modules';
import { quantisedBase } from './quantised-base';
import { rank } from './rank';

export const lessons: readonly Lesson[] = [loraSaves, rank, modules, learningRate, highRanks, equalTime, forgetting, quantisedBase, memory];

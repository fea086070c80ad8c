/** Pages of this lab beside its lessons, in the order of their links. */
import type { Workbench } from '../../shell/lesson/workbench';
import { adapters } from './adapters';
import { tournament } from './tournament';

export const workbenches: readonly Workbench[] = [tournament, adapters];

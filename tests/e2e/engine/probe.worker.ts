/** The probe in a worker. */
import { serve, workerScope } from '../../../www/engine/rpc';
import { probe, type ProbeMethods } from './probe';

serve<ProbeMethods>(workerScope(), probe);

/** The engine in a worker. */
import { isForeseen } from '../error';
import type { EngineMethods } from '../methods';
import { serve, workerScope } from '../rpc';
import { engineHandlers } from './engine-handlers';

// A trap leaves the instance in an unknown state: nobody may call it again.
serve<EngineMethods>(workerScope(), engineHandlers(), { isFatal: (thrown) => !isForeseen(thrown) });

/** A rank in a worker. */
import type { RankEvents, RankMethods } from '../methods';
import { serve, workerScope, type RpcServer } from '../rpc';
import { rankHandlers } from './rank-handlers';

const server: RpcServer<RankEvents> = serve<RankMethods, RankEvents>(workerScope(), rankHandlers(() => server));

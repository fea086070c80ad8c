/** A typed RPC between a page and its workers, over `postMessage`. */
export { RpcClient, type ClientEndpoint, type ClientOptions } from './client';
export { Moved, type Call, type CallOptions, type Handlers, type Methods, type Report } from './methods';
export { serve, type RpcServer, type ServeOptions } from './server';
export { workerScope, type Endpoint } from './wire';

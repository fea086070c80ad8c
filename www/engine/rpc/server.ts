/** The worker's side of the RPC. */
import { BUILD } from '../build';
import { TinyaiError } from '../error';
import { Moved, type Handlers, type Methods } from './methods';
import { notSent, thrownByHandler, unknownMethod } from './problems';
import { PROTOCOL_VERSION, messageIn, type Endpoint, type ToClient, type ToServer } from './wire';

/** How a server behaves. */
export interface ServeOptions {
  build?: string;
  /**
   * Whether what a handler threw leaves the worker in an unknown state, so that it answers nothing any more; by default a
   * trap of WebAssembly does, and a `RangeError`, which is what an overflow of its stack is.
   */
  isFatal?: (thrown: unknown) => boolean;
}

/** A server that runs. */
export interface RpcServer<E> {
  /** Tells the client of an event. */
  emit<K extends keyof E & string>(name: K, value: E[K], transfer?: Transferable[]): void;
  /** Says that this worker is beyond use: all calls of the client fail with the problems of what was thrown. */
  fail(thrown: unknown): void;
  /** Aborts what runs, and hears nothing any more. */
  close(): void;
}

const trapped = (thrown: unknown): boolean => thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;

type AnyHandler = (args: unknown, call: { signal: AbortSignal; progress(value: unknown, transfer?: Transferable[]): void }) => unknown;

/**
 * Answers the calls that come in over an endpoint. Has to be called while the worker's script is first evaluated, before any
 * `await`: a message that comes earlier is lost.
 */
export function serve<M extends Methods<M>, E = Record<never, never>>(endpoint: Endpoint, handlers: Handlers<M>, options: ServeOptions = {}): RpcServer<E> {
  const { build = BUILD, isFatal = trapped } = options;
  const running = new Map<number, AbortController>();
  let agreed = false;
  let over = false;

  const post = (message: ToClient, transfer: Transferable[] = []): void => {
    if (!over) endpoint.postMessage(message, transfer);
  };

  const fail = (thrown: unknown): void => {
    post({ rpc: 'fatal', problems: thrownByHandler(thrown) });
    close();
  };

  const handle = async (method: string, args: unknown, id: number | null): Promise<void> => {
    const controller = new AbortController();
    if (id !== null) running.set(id, controller);
    const call = {
      signal: controller.signal,
      progress: (value: unknown, transfer?: Transferable[]) => {
        if (id !== null && running.get(id) === controller) post({ rpc: 'progress', id, value }, transfer);
      },
    };
    try {
      // Own properties only: a message must not reach what every object inherits.
      if (!Object.hasOwn(handlers, method)) throw new TinyaiError([unknownMethod(method)]);
      const given = await (handlers as unknown as Record<string, AnyHandler>)[method]!(args, call);
      if (id !== null) answer(id, given);
    } catch (thrown) {
      // A handler that ends as it was told to has not failed.
      const ended = controller.signal.aborted && thrown === controller.signal.reason;
      // Nobody waits for a notification: what it threw would be heard by nobody.
      if (id === null || (isFatal(thrown) && !ended)) fail(thrown);
      else post({ rpc: 'failure', id, problems: thrownByHandler(thrown) });
    } finally {
      if (id !== null) running.delete(id);
    }
  };

  const answer = (id: number, given: unknown): void => {
    const { value, transfer } = given instanceof Moved ? given : { value: given, transfer: [] };
    try {
      post({ rpc: 'result', id, value }, transfer);
    } catch (error) {
      post({ rpc: 'failure', id, problems: [notSent('The result', String(error))] });
    }
  };

  const receive = (event: Event): void => {
    const message = messageIn<ToServer>(event);
    if (!message) return;
    if (message.rpc === 'hello') {
      agreed = message.protocol === PROTOCOL_VERSION && message.build === build;
      return post({ rpc: 'welcome', protocol: PROTOCOL_VERSION, build });
    }
    // A client of another build hears so from the greeting, and is served nothing.
    if (!agreed) return;
    if (message.rpc === 'bye') return close();
    if (message.rpc === 'abort') return running.get(message.id)?.abort();
    void handle(message.method, message.args, message.rpc === 'call' ? message.id : null);
  };

  const undelivered = (): void => fail(new TinyaiError([notSent('A message of the page', 'it could not be read in the worker')]));

  function close(): void {
    if (over) return;
    over = true;
    endpoint.removeEventListener('message', receive);
    endpoint.removeEventListener('messageerror', undelivered);
    for (const controller of running.values()) controller.abort();
    running.clear();
  }

  endpoint.addEventListener('message', receive);
  endpoint.addEventListener('messageerror', undelivered);
  endpoint.start?.();
  post({ rpc: 'awake' });
  return { emit: (name, value, transfer) => post({ rpc: 'event', name, value }, transfer), fail, close };
}

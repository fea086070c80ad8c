/** A worker's two ends without a worker, for tests: real message ports, and the errors of a worker at will. */
import type { ClientEndpoint } from '../rpc/client';
import type { Endpoint } from '../rpc/wire';

/** What the page holds: like a `Worker`, it has `error` and `messageerror` events and can be terminated. */
export class FakeWorker extends EventTarget implements ClientEndpoint {
  terminated = false;
  private readonly page: MessagePort;
  private readonly scope: MessagePort;

  /** `script` is what the worker runs; without it, the worker never says anything. */
  constructor(script?: (scope: Endpoint) => void) {
    super();
    const { port1, port2 } = new MessageChannel();
    [this.page, this.scope] = [port1, port2];
    this.page.onmessage = ({ data }) => void this.dispatchEvent(Object.assign(new Event('message'), { data: data as unknown }));
    script?.(this.scope);
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    if (this.terminated) return;
    this.page.postMessage(message, transfer);
  }

  terminate(): void {
    this.terminated = true;
    this.page.close();
  }

  /** An error of the worker's script that nobody caught. */
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}

/** Lets every message that is on its way arrive. */
export const delivered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

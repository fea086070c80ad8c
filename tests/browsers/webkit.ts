/** WebKitGTK's MiniBrowser, steered by WebKitWebDriver (https://www.w3.org/TR/webdriver2/) on a screen that nobody sees. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { PATIENCE, expression, type Browser } from './browser';
import { Program } from './program';

/** One request to a driver; what it answers. */
async function request<R>(method: string, address: string, body?: object): Promise<R> {
  const response = await fetch(address, { method, signal: AbortSignal.timeout(PATIENCE), ...(body && { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { value: R & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** A port that nobody listens at, for a driver that cannot look for one by itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts WebKitGTK's small browser. `sharedMemory`: with `SharedArrayBuffer` in isolated pages, which Safari has and WebKitGTK leaves out.
 */
export async function webkit({ sharedMemory = false } = {}): Promise<Browser> {
  const screen = new Program('Xvfb', ['-displayfd', '1', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp']);
  let driver: Program | undefined;
  const end = async (): Promise<void> => {
    await driver?.stop();
    await screen.stop();
  };
  try {
    const [, display] = await screen.says(/^(\d+)\n/);
    const port = await freePort();
    driver = new Program('WebKitWebDriver', [`--port=${port}`], {
      DISPLAY: `:${display}`,
      LANG: 'en_US.UTF-8',
      LANGUAGE: 'en_US',
      ...(sharedMemory && { JSC_useSharedArrayBuffer: '1' }),
    });
    const base = `http://127.0.0.1:${port}`;
    await listening(`${base}/status`);
    const capabilities = { alwaysMatch: { timeouts: { script: PATIENCE, pageLoad: PATIENCE } } };
    const { sessionId } = await request<{ sessionId: string }>('POST', `${base}/session`, { capabilities });
    const session = `${base}/session/${sessionId}`;
    await request('POST', `${session}/window/rect`, { x: 0, y: 0, width: 1440, height: 1000 });
    return {
      async open(address) {
        await request('POST', `${session}/url`, { url: address });
      },
      async evaluate(work, ...args) {
        const script = `const done = arguments[0]; ${expression(work, args)}.then((json) => done({ json }), (error) => done({ error: String(error?.stack ?? error) }))`;
        const { json, error } = await request<{ json: string; error?: string }>('POST', `${session}/execute/async`, { script, args: [] });
        if (error) throw new Error(error);
        return JSON.parse(json);
      },
      async screenshot() {
        return Buffer.from(await request<string>('GET', `${session}/screenshot`), 'base64');
      },
      async close() {
        await request('DELETE', session).finally(end);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Waits until a server answers: this driver does not say when it is ready. */
async function listening(address: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await request('GET', address);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

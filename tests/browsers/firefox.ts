/** Firefox, which speaks WebDriver BiDi itself (https://w3c.github.io/webdriver-bidi/): no driver stands between. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from '../../www/testing';
import { PATIENCE, expression, type Browser } from './browser';
import { Program } from './program';

/** One connection; commands are answered by their number. */
class Session {
  private readonly waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  private sent = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString())));
    socket.on('close', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('Firefox has closed the connection'));
    });
  }

  static async open(address: string): Promise<Session> {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Session(socket);
  }

  async send<R>(method: string, params: object): Promise<R> {
    const id = ++this.sent;
    let limit: NodeJS.Timeout | undefined;
    const answer = new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      limit = setTimeout(() => reject(new Error(`Firefox has not answered ${method} in ${PATIENCE} ms`)), PATIENCE);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
    try {
      return (await answer) as R;
    } finally {
      clearTimeout(limit);
      this.waiting.delete(id);
    }
  }

  close(): void {
    this.socket.close();
  }

  private receive(message: { id?: number; type: string; result?: unknown; error?: string; message?: string }): void {
    const waiting = this.waiting.get(message.id ?? 0);
    if (message.type === 'success') waiting?.resolve(message.result);
    if (message.type === 'error') waiting?.reject(new Error(`${message.error}: ${message.message}`));
  }
}

type Evaluated = { type: 'success'; result: { value: string } } | { type: 'exception'; exceptionDetails: { text: string } };

/** Starts Firefox without a window, with a profile of its own. */
export async function firefox(program = process.env.FIREFOX || 'firefox-esr'): Promise<Browser> {
  const home = await mkdtemp(join(tmpdir(), 'tinyai-firefox-'));
  // As root, it starts only in a home of root's.
  const running = new Program(program, ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port', '0', 'about:blank'], { HOME: home });
  const end = async (): Promise<void> => {
    await running.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const [, address] = await running.says(/WebDriver BiDi listening on (ws:\S+)/);
    const session = await Session.open(`${address}/session`);
    await session.send('session.new', { capabilities: {} });
    const { contexts } = await session.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
    const { context } = contexts[0]!;
    await session.send('browsingContext.setViewport', { context, viewport: { width: 1440, height: 900 } });
    return {
      async open(address) {
        await session.send('browsingContext.navigate', { context, url: address, wait: 'complete' });
      },
      async evaluate(work, ...args) {
        const evaluated = await session.send<Evaluated>('script.evaluate', { expression: expression(work, args), target: { context }, awaitPromise: true });
        if (evaluated.type === 'exception') throw new Error(evaluated.exceptionDetails.text);
        return JSON.parse(evaluated.result.value);
      },
      async screenshot() {
        const { data } = await session.send<{ data: string }>('browsingContext.captureScreenshot', { context });
        return Buffer.from(data, 'base64');
      },
      async close() {
        session.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

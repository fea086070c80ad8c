/** Another program that runs beside a test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may take to say that it is ready, and to end when asked to, in milliseconds. */
const START = 60_000;
const END = 5_000;

/** A program that was started, and what it has printed. */
export class Program {
  private readonly child: ChildProcess;
  private output = '';

  constructor(
    private readonly command: string,
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ) {
    this.child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** The first match in what it prints; an error, with all that it printed, if it ends or takes a minute without one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const limit = AbortSignal.timeout(START);
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.command} ${why}; it printed:\n${this.output}`));
      const look = (): void => {
        const found = pattern.exec(this.output);
        if (found) resolve(found);
      };
      this.child.stdout!.on('data', look);
      this.child.stderr!.on('data', look);
      this.child.once('error', (error) => fail(error.message));
      this.child.once('exit', (code) => fail(`ended with ${code}`));
      limit.addEventListener('abort', () => fail(`did not say ${pattern}`));
      look();
    });
  }

  /** Ends it: by asking, then by force. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    const force = setTimeout(() => this.child.kill('SIGKILL'), END);
    this.child.kill('SIGTERM');
    await ended;
    clearTimeout(force);
  }
}

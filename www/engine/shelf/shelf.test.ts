import { expect, test } from 'vitest';
import type { EngineClient, EngineHost } from '../host';
import type { EngineMethods } from '../methods';
import type { Lease } from '../pool';
import { EngineShelf } from './shelf';

/** An engine that counts its entries, and knows what was put there. */
class Engine {
  end = null;
  readonly calls: string[] = [];
  readonly there = new Map<number, string>();
  /** Whether files cannot be had of it. */
  filesFail = false;
  private next = 1;

  call(method: string, args: { method?: string; args?: unknown[] }): Promise<unknown> {
    this.calls.push(args.method ?? method);
    if (method === 'shelfAssets') return Promise.resolve(['a']);
    const [first] = args.args ?? [];
    if (args.method === 'add_files' || args.method === 'add_run' || args.method === 'mix') {
      const entry = this.next++;
      this.there.set(entry, String(first));
      return Promise.resolve({ entry, name: first });
    }
    if (args.method === 'remove') this.there.delete(first as number);
    if (args.method === 'files' && this.filesFail) return Promise.reject(new Error('no files'));
    if (args.method === 'files') return Promise.resolve({ config: `of ${this.there.get(first as number)}`, weights: new Uint8Array(1) });
    return Promise.resolve(this.there.get(first as number) ?? 'base');
  }

  notify(method: string): void {
    this.calls.push(method);
  }
}

function shelf() {
  const engines = [new Engine()];
  const lease = { run: (job: (turn: unknown) => unknown) => job({ engine: engines.at(-1), signal: new AbortController().signal }) };
  const host = { assets: { forWorker: () => Promise.resolve({ files: new Map(), transfer: [] }) } };
  const made = new EngineShelf({ host: host as unknown as EngineHost, lease: lease as unknown as Lease<EngineMethods, Record<never, never>>, spec: {} });
  return { made, engines, engine: () => engines.at(-1)! as unknown as Engine & EngineClient };
}

const files = { files: { config: '{}', weights: new Uint8Array(1) } };

test('it is opened with the first thing that is asked, and once', async () => {
  const { made, engine } = shelf();
  expect(await made.ask('loss', null, [])).toBe('base');
  await made.ask('loss', null, []);
  expect(engine().calls).toEqual(['shelfAssets', 'openShelf', 'loss', 'loss']);
});

test('an engine that was ended is given all that was there, under its own numbers', async () => {
  const { made, engines, engine } = shelf();
  const [a, b] = [await made.add('a', files), await made.add('b', { run: 0, state: { step: 1, stages: null, ranks: [] } })];
  await made.remove(a);
  engines.push(new Engine());
  const c = await made.add('c', files);
  expect([...engine().there]).toEqual([[1, 'b'], [2, 'c']]);
  expect([await made.ask('loss', b, []), await made.ask('loss', c, [])]).toEqual(['b', 'c']);
});

test('what is taken away after the engine was ended takes nothing else away', async () => {
  const { made, engines, engine } = shelf();
  const [a, b] = [await made.add('a', files), await made.add('b', files)];
  engines.push(new Engine());
  await made.remove(a);
  expect(await made.ask('loss', b, [])).toBe('b');
  expect([...engine().there.values()]).toEqual(['b']);
});

test('a mixture is there again although what it was mixed of is not', async () => {
  const { made, engines, engine } = shelf();
  const [a, b] = [await made.add('a', files), await made.add('b', files)];
  const { shelved: mixed, files: itsFiles } = await made.mix('a + b', [{ of: a, weight: 0.5 }, { of: b, weight: 0.5 }], 'linear', null);
  expect(itsFiles.config).toBe('of a + b');
  await made.remove(a);
  await made.remove(b);
  engines.push(new Engine());
  expect(await made.ask('loss', mixed, [])).toBe('a + b');
  expect([...engine().there.values()]).toEqual(['a + b']);
});

test('a mixture whose files cannot be had is not left on it', async () => {
  const { made, engine } = shelf();
  const [a, b] = [await made.add('a', files), await made.add('b', files)];
  engine().filesFail = true;
  await expect(made.mix('a + b', [{ of: a, weight: 0.5 }, { of: b, weight: 0.5 }], 'cat', null)).rejects.toThrow('no files');
  expect([...engine().there.values()]).toEqual(['a', 'b']);
});

test('what is not on it is not asked for', async () => {
  const { made } = shelf();
  const a = await made.add('a', files);
  await made.remove(a);
  await expect(made.ask('loss', a, [])).rejects.toThrow('not on the shelf');
});

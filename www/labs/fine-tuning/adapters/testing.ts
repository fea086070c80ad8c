/** A shelf of adapters without an engine, for tests: it answers at once. */
import { Signal } from 'signal-polyfill';
import { TinyaiError, problem } from '../../../engine/error';
import type { EngineShelf, ShelfSource, Shelved } from '../../../engine/shelf/shelf';
import type { ProblemCode } from '../../../types/generated/ProblemCode';
import type { ShelfEntry } from '../../../types/generated/ShelfEntry';
import { defaultSpec } from '../../../engine/spec/defaults';
import type { RunState } from '../../../engine/wasm';
import { WoundClock } from '../../../shell/testing/clock';
import type { RunView } from '../../../shell/store/run-view';
import type { Spec } from '../../../types/generated/Spec';
import { AdapterShelf, type AdapterShelfOptions } from './shelf/adapter-shelf';

/** What was asked of shelves, in the order of asking; files whose configuration says `bad` are refused, those that say `broken` end the engine. */
export class FakeShelf {
  readonly asked: string[] = [];
  readonly opened: Spec[] = [];
  /** Whether the adapters are of a kind that no weight can take up. */
  unmerged = false;
  /** Adapters that there is memory for. */
  room = Infinity;
  /** Whether the losses of adapters cannot be measured. */
  unmeasured = false;
  private next = 1;

  open(spec: unknown): EngineShelf {
    this.opened.push(spec as Spec);
    const there = new Set<Shelved>();
    const failed = (code: ProblemCode, en: string, zh: string) => Promise.reject(new TinyaiError([problem(code, en, zh)]));
    const add = (name: string, source?: ShelfSource): Promise<Shelved> => {
      if (source && 'files' in source && source.files.config.includes('bad')) return failed('bad_file', 'bad file', '文件有误');
      if (source && 'files' in source && source.files.config.includes('broken')) return failed('internal', 'the engine stopped', '引擎已停止');
      if (there.size >= this.room) return failed('out_of_memory', 'no room', '内存不足');
      const entry = { entry: this.next++, name, method: 'lora', info: null, parameters: 8, bytes: 32, file_bytes: 64, seconds: 0.001, mixes: true, alone: null } satisfies ShelfEntry;
      this.asked.push(source && 'run' in source ? `add ${name} of run ${source.run}` : `add ${name}`);
      const shelved = { entry };
      there.add(shelved);
      return Promise.resolve(shelved);
    };
    const told = (method: string, of: Shelved | null, args: readonly unknown[]): unknown => {
      this.asked.push([method, of?.entry.name ?? 'base', ...args].join(' '));
      if (method === 'loss' && of && this.unmeasured) throw new TinyaiError([problem('out_of_memory', 'too long', '太长')]);
      if (method === 'loss') return of ? 3 : 4;
      if (method === 'base_loss') return 4;
      if (method === 'modules') return ['model.layers.0.self_attn.q_proj', 'model.layers.0.self_attn.v_proj'];
      if (method === 'change') return { module: args[0], layer: 0, role: String(args[0]).split('.').at(-1), singular_values: [2, 1], norm: 2, weight_norm: 10, rank: 2 };
      if (method === 'loss_without') return 3.5;
      if (method === 'survival' && this.unmerged) throw new TinyaiError([problem('conflict', 'cannot be merged', '无法合并')]);
      if (method === 'survival') return { stage: args[1], loss: 3, kl: 0 };
      return { config: '{}', weights: new Uint8Array(1) };
    };
    return {
      open: () => Promise.resolve(),
      add,
      mix: async (name: string) => ({ shelved: await add(name), files: told('files', null, []) }),
      remove: (shelved: Shelved) => {
        there.delete(shelved);
        return Promise.resolve(void this.asked.push(`remove ${shelved.entry.name}`));
      },
      ask: async (method: string, of: Shelved | null, args: readonly unknown[], { signal }: { signal?: AbortSignal } = {}) => {
        await Promise.resolve();
        signal?.throwIfAborted();
        return told(method, of, args);
      },
      rounding: () => Promise.resolve([{ module: 'model.layers.0.self_attn.q_proj', layer: 0, role: 'q_proj', error: 0.01 }]),
      write: (rows: readonly (Shelved | null)[], prompt: string) =>
        Promise.resolve({ texts: rows.map((row) => `${prompt} by ${row?.entry.name ?? 'base'}`), finished: true, tokens: rows.length, seconds: 1, batched: rows.map(() => true) }),
      close: () => void this.asked.push('close'),
    } as unknown as EngineShelf;
  }
}

/** A shelf on an experiment whose runs end as they are told to. */
export function testShelf(spec: Spec = defaultSpec) {
  const fake = new FakeShelf();
  const clock = new WoundClock();
  const written = new Signal.State(spec);
  const ended = new Signal.State<readonly number[]>([]);
  const busy = new Signal.State(false);
  const view = () => ({ spec, runs: spec.runs.map(({ name }, run) => ({ name, status: ended.get().includes(run) ? 'finished' : 'waiting' }) as RunView) });
  const options = {
    lab: { shelf: (of: unknown) => fake.open(of) },
    editor: { get spec() { return written.get(); }, problems: [], opening: false },
    runner: {
      get view() { return view(); },
      get busy() { return busy.get(); },
      heldBy: (): RunState => ({ step: 1, stages: null, ranks: [] }),
    },
    clock,
  } as unknown as AdapterShelfOptions;
  return { shelf: new AdapterShelf(options), fake, clock, written, ended, busy };
}

/** Waits until nothing more is asked of the shelf. */
export async function settled(shelf: AdapterShelf): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await shelf.turn(() => Promise.resolve());
  await new Promise((resolve) => setTimeout(resolve));
}

/** The two files of an adapter, as an input gives them. */
export const peftFiles = (config = '{}', name = ''): File[] => [new File([config], `${name}adapter_config.json`), new File([new Uint8Array(8)], `${name}adapter_model.safetensors`)];

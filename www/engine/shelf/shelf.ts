/** A shelf of adapters on one base, as a lab has it. It is there again where the engine was ended meanwhile. */
import type { EngineClient, EngineHost } from '../host';
import type { EngineMethods } from '../methods';
import type { Lease } from '../pool';
import type { RunState, WasmShelf } from '../wasm';
import type { ShelfMethod } from './methods';
import type { Mixing } from '../../types/generated/Mixing';
import type { Rounding } from '../../types/generated/Rounding';
import type { ShelfEntry } from '../../types/generated/ShelfEntry';
import type { TextSampling } from '../../types/generated/TextSampling';
import type { Written } from '../../types/generated/Written';
import type { RoundingFormat } from './formats';

/** The two files of an adapter. */
export interface PeftFiles {
  config: string;
  weights: Uint8Array;
}

/** Where an adapter comes from: files, or what a run of the shelf's spec held. */
export type ShelfSource = { files: PeftFiles } | { run: number; state: RunState };

/** An adapter on the shelf. What identifies it is the object, whatever number the engine gives it. */
export interface Shelved {
  readonly entry: ShelfEntry;
}

interface Kept {
  name: string;
  source: ShelfSource;
  entry: number;
}

/** A mixture, with the files that it is. */
export interface Mixed {
  shelved: Shelved;
  files: PeftFiles;
}

export interface ShelfOptions {
  host: EngineHost;
  lease: Lease<EngineMethods, Record<never, never>>;
  spec: unknown;
  /** Whether it waits for an experiment, which is measured alone. */
  onQueue?: ((waits: boolean) => void) | undefined;
}

/** How something is asked. */
export interface Asking {
  signal?: AbortSignal | undefined;
}

let nextShelf = 1;

export class EngineShelf {
  private readonly id = nextShelf++;
  private readonly kept = new Map<Shelved, Kept>();
  /** The engine that has it. */
  private at: EngineClient | null = null;

  constructor(private readonly options: ShelfOptions) {}

  /** Has the engine hold it. Fails where the base cannot be used, whatever is to be put on it. */
  open(asking: Asking = {}): Promise<void> {
    return this.use(() => Promise.resolve(), asking);
  }

  /** Puts an adapter on it. */
  add(name: string, source: ShelfSource, asking: Asking = {}): Promise<Shelved> {
    return this.use(async (engine, signal) => {
      const entry = await this.put(engine, name, source, signal);
      return this.keep(name, source, entry);
    }, asking);
  }

  /** Puts a mixture of adapters on it. */
  mix(name: string, parts: readonly { of: Shelved; weight: number }[], how: Mixing, rank: number | null, asking: Asking = {}): Promise<Mixed> {
    return this.use(async (engine, signal) => {
      const weighted = parts.map(({ of, weight }): [number, number] => [this.number(of), weight]);
      const entry = await this.call(engine, signal, 'mix', name, weighted, how, rank);
      try {
        // What it was mixed of may be taken away.
        const files = await this.call(engine, signal, 'files', entry.entry);
        return { shelved: this.keep(name, { files }, entry), files };
      } catch (error) {
        // Nobody knows of it, and so nobody could take it away.
        await this.call(engine, new AbortController().signal, 'remove', entry.entry).catch(() => undefined);
        throw error;
      }
    }, asking);
  }

  /** Takes an adapter away. */
  async remove(shelved: Shelved): Promise<void> {
    const kept = this.kept.get(shelved);
    if (!kept) return;
    this.kept.delete(shelved);
    const { at } = this;
    // Where the engine was ended meanwhile it is not there, and others have its number.
    await this.use(async (engine, signal) => engine === at && this.call(engine, signal, 'remove', kept.entry));
  }

  /** Asks something of an adapter; null: of the base alone. */
  ask<K extends 'files' | 'modules' | 'loss' | 'base_loss' | 'change' | 'loss_without' | 'survival'>(
    method: K,
    of: Shelved | null,
    args: Parameters<WasmShelf[K]> extends [unknown, ...infer Rest] ? Rest : never,
    asking: Asking = {},
  ): Promise<ReturnType<WasmShelf[K]>> {
    return this.use((engine, signal) => this.call(engine, signal, method, ...([of && this.number(of), ...args] as unknown as Parameters<WasmShelf[K]>)), asking);
  }

  /** How far rounding takes every matrix of the base. */
  rounding(format: RoundingFormat, asking: Asking = {}): Promise<Rounding[]> {
    return this.use((engine, signal) => this.call(engine, signal, 'rounding', format), asking);
  }

  /** Has a prompt continued by several, and by the base for null, in one batch. */
  write(rows: readonly (Shelved | null)[], prompt: string, sampling: TextSampling, onWritten: (written: Written) => void, asking: Asking = {}): Promise<Written> {
    return this.use((engine, signal) => {
      const requests = rows.map((of) => ({ entry: of && this.number(of), prompt }));
      return engine.call('writeOnShelf', { shelf: this.id, requests, sampling }, { signal, onProgress: onWritten });
    }, asking);
  }

  /** Lets go of all of it. */
  close(): void {
    this.kept.clear();
    const { at } = this;
    this.at = null;
    if (at && !at.end) at.notify('closeShelf', this.id);
  }

  private keep(name: string, source: ShelfSource, entry: ShelfEntry): Shelved {
    const shelved: Shelved = { entry };
    this.kept.set(shelved, { name, source, entry: entry.entry });
    return shelved;
  }

  private number(of: Shelved): number {
    const kept = this.kept.get(of);
    if (!kept) throw new Error('this adapter is not on the shelf');
    return kept.entry;
  }

  /** Each thing that is asked has the engine for itself, so that nothing is measured beside it; a training that begins comes in between. */
  private use<T>(work: (engine: EngineClient, signal: AbortSignal) => Promise<T>, { signal }: Asking = {}): Promise<T> {
    const { lease, onQueue } = this.options;
    return lease.run(
      async (turn) => {
        await this.ready(turn.engine, turn.signal);
        return work(turn.engine, turn.signal);
      },
      { signal, onQueue },
    );
  }

  /** Opens it where the engine does not have it yet, and puts back what was on it. */
  private async ready(engine: EngineClient, signal: AbortSignal): Promise<void> {
    if (this.at === engine) return;
    const { host, spec } = this.options;
    const paths = await engine.call('shelfAssets', spec, { signal });
    const { files, transfer } = await host.assets.forWorker(paths, { signal });
    await engine.call('openShelf', { shelf: this.id, spec, files }, { signal, transfer });
    for (const kept of this.kept.values()) kept.entry = (await this.put(engine, kept.name, kept.source, signal)).entry;
    this.at = engine;
  }

  private put(engine: EngineClient, name: string, source: ShelfSource, signal: AbortSignal): Promise<ShelfEntry> {
    return 'files' in source ? this.call(engine, signal, 'add_files', name, source.files.config, source.files.weights) : this.call(engine, signal, 'add_run', name, source.run, source.state);
  }

  private call<K extends ShelfMethod>(engine: EngineClient, signal: AbortSignal, method: K, ...args: Parameters<WasmShelf[K]>): Promise<ReturnType<WasmShelf[K]>> {
    const asked = { shelf: this.id, method, args } as Parameters<EngineMethods['shelf']>[0];
    return engine.call('shelf', asked, { signal }) as Promise<ReturnType<WasmShelf[K]>>;
  }
}

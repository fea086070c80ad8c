/** One prompt, continued by the base and by adapters in one batch. */
import { Signal } from 'signal-polyfill';
import { problemsOf } from '../../../../engine/error';
import type { Written } from '../../../../types/generated/Written';
import type { Problem } from '../../../../types/generated/Problem';
import type { AdapterShelf } from '../shelf/adapter-shelf';
import type { Item } from '../shelf/item';

/** What is written with: the base alone, or with an adapter. */
export interface Row {
  /** Null: the base alone. */
  item: Item | null;
}

export interface Request {
  prompt: string;
  tokens: number;
  temperature: number;
  top_k: number;
  seed: number;
}

/** What came of it, as far as it has come. */
export interface Served {
  prompt: string;
  rows: readonly Row[];
  written: Written | null;
}

export class Serving {
  private readonly what = new Signal.State<Served | null>(null);
  private readonly writes = new Signal.State(false);
  private readonly said = new Signal.State<readonly Problem[]>([]);
  private going: AbortController | null = null;

  constructor(private readonly shelf: Pick<AdapterShelf, 'turn'>) {}

  get served(): Served | null {
    return this.what.get();
  }

  get busy(): boolean {
    return this.writes.get();
  }

  get problems(): readonly Problem[] {
    return this.said.get();
  }

  /** Has the rows continue the prompt. */
  async start(rows: readonly Row[], { prompt, tokens, temperature, top_k, seed }: Request): Promise<void> {
    this.stop();
    const going = (this.going = new AbortController());
    const { signal } = going;
    const show = (change: Partial<Served>): void => {
      if (this.going === going) this.what.set({ prompt, rows, written: null, ...change });
    };
    this.what.set({ prompt, rows, written: null });
    this.writes.set(true);
    this.said.set([]);
    try {
      await this.shelf.turn(async ({ shelf }) => {
        signal.throwIfAborted();
        // An adapter may have been taken away while this waited.
        const there = rows.filter(({ item }) => item === null || item.shelved !== null);
        const shelved = there.map(({ item }) => item && item.shelved);
        const written = await shelf.write(shelved, prompt, { temperature, top_k, seed, max_tokens: tokens }, (written) => show({ rows: there, written }), { signal });
        show({ rows: there, written });
      });
    } catch (error) {
      if (!signal.aborted && this.going === going) this.said.set(problemsOf(error));
    } finally {
      if (this.going === going) {
        this.writes.set(false);
        this.going = null;
      }
    }
  }

  /** What was written stays. */
  stop(): void {
    this.going?.abort(new DOMException('stopped by the visitor', 'AbortError'));
    this.going = null;
    this.writes.set(false);
  }
}

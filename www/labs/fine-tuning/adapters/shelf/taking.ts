/** Adapters among files that were dropped or chosen, read one after the other. */
import { Signal } from 'signal-polyfill';
import { findAdapters, problemsOfAdapter, readAdapter } from '../../../../engine/assets/adapters';
import { rootsOf } from '../../../../engine/assets/dropped';
import { problemsOf } from '../../../../engine/error';
import type { PeftFiles } from '../../../../engine/shelf/shelf';
import type { GivenFiles, Taking } from '../../../../kit/form/taking-files';
import type { Problem } from '../../../../types/generated/Problem';

export class AdapterTaking {
  private readonly reads = new Signal.State<Taking | null>(null);
  private going: AbortController | null = null;

  /** What is being read; null: nothing is. */
  get reading(): Taking | null {
    return this.reads.get();
  }

  /** Gives each adapter as it is read; then why others cannot be, or null where it was stopped. */
  async take(given: GivenFiles, onRead: (name: string, files: PeftFiles) => void): Promise<Problem[] | null> {
    this.stop();
    const going = (this.going = new AbortController());
    const { signal } = going;
    // A drop is empty once its event is over.
    const roots = rootsOf(given.from === 'drop' ? given.transfer.items : given.files);
    this.reads.set({ name: roots[0]?.name ?? '', done: 0, total: null });
    const said: Problem[] = [];
    try {
      const { adapters, problems } = await findAdapters(roots, signal);
      said.push(...problems);
      for (const [done, found] of adapters.entries()) {
        this.reads.set({ name: found.name ?? found.weights.name, done, total: adapters.length });
        try {
          const { name, config, weights } = await readAdapter(found, signal);
          signal.throwIfAborted();
          onRead(name ?? found.weights.name.replace(/\.safetensors$/i, ''), { config, weights });
        } catch (error) {
          signal.throwIfAborted();
          said.push(...problemsOfAdapter(found.name, error));
        }
      }
    } catch (error) {
      if (!signal.aborted) said.push(...problemsOf(error));
    } finally {
      if (this.going === going) {
        this.reads.set(null);
        this.going = null;
      }
    }
    return signal.aborted ? null : said;
  }

  stop(): void {
    this.going?.abort(new DOMException('stopped by the visitor', 'AbortError'));
    this.going = null;
    this.reads.set(null);
  }
}
